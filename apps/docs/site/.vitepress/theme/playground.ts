import { type Component, defineComponent, h, onBeforeUnmount, onMounted, ref } from 'vue';

/** The playground as an element of a page; its code is loaded when the page is opened. */
export const playground: Component = defineComponent({
  setup() {
    const root = ref<HTMLElement>();
    let unmount = (): void => {};
    onMounted(async () => {
      const { mountPlayground } = await import('../../../src/playground/mount.ts');
      if (root.value === undefined) return;
      unmount = mountPlayground(root.value, {
        cars: async () => (await import('../../../dist/cars.csv?raw')).default,
      });
    });
    onBeforeUnmount(() => unmount());
    return () => h('div', { class: 'playground', ref: root }, 'The playground needs JavaScript.');
  },
});
