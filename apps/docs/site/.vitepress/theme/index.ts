import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { playground } from './playground.ts';
import './playground.css';

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('Playground', playground);
  },
};

export default theme;
