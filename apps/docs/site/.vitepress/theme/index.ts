import { type Theme, useRoute } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { nextTick, onMounted, watch } from 'vue';
import { playground } from './playground.ts';
import './playground.css';
import './site.css';

const theme: Theme = {
  extends: DefaultTheme,
  setup() {
    const route = useRoute();
    onMounted(() => {
      freeCarets();
      watch(
        () => route.path,
        () => nextTick(freeCarets),
      );
    });
  },
  enhanceApp({ app }) {
    app.component('Playground', playground);
  },
};

/** A group of the sidebar is a button; the theme puts a second one into it, for the same, which no reader can tell apart. */
function freeCarets(): void {
  for (const caret of document.querySelectorAll('.VPSidebarItem > .item[role="button"] > .caret')) {
    caret.removeAttribute('role');
    caret.removeAttribute('tabindex');
    caret.removeAttribute('aria-label');
    caret.setAttribute('aria-hidden', 'true');
  }
}

export default theme;
