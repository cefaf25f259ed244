import { messageOf, type Progress } from '@cfe/base';
import { createAsker } from './asker.ts';
import { Cancelled, createClient } from './client.ts';
import { download, el, put } from './dom.ts';
import { drawGraph } from './draw-graph.ts';
import { addEdge, removeEdge } from './edit-graph.ts';
import { formatCell } from './format.ts';
import { fromHash, type Shared, toHash } from './hash-state.ts';
import type { Arrow, Cell, Fitted, Learned, Loaded, Question } from './protocol.ts';
import { showAnswer } from './show-answer.ts';
import { showSliders } from './show-sliders.ts';

/** What the page around the playground brings. */
export interface Surroundings {
  /** the cars as CSV text, from the site itself */
  cars(): Promise<string>;
}

interface State {
  data: Shared['data'];
  seed: number;
  file: { readonly name: string; readonly text: string } | undefined;
  left: ReadonlySet<string>;
  loaded: Loaded | undefined;
  learned: Learned | undefined;
  edges: readonly Arrow[];
  chosen: string | undefined;
  mechanisms: Shared['mechanisms'];
  fitted: Fitted | undefined;
  row: number;
  outcome: string;
  set: Readonly<Record<string, Cell>>;
  factual: Readonly<Record<string, Cell>>;
  /** what a shared address asks for, until the file or fit that it needs is there */
  wanted: Shared | undefined;
}

/**
 * Puts the playground into a page: data, graph, fit, what if. All that is computed is computed in a worker of this
 * page; nothing is sent anywhere.
 *
 * @returns takes it away again
 */
export function mountPlayground(root: HTMLElement, surroundings: Surroundings): () => void {
  const worker = new Worker(new URL('./playground-worker.ts', import.meta.url), { type: 'module' });
  const client = createClient(worker);
  const state: State = {
    data: 'cars',
    seed: 1,
    file: undefined,
    left: new Set(),
    loaded: undefined,
    learned: undefined,
    edges: [],
    chosen: undefined,
    mechanisms: 'mlp',
    fitted: undefined,
    row: 0,
    outcome: '',
    set: {},
    factual: {},
    wanted: fromHash(location.hash),
  };
  const status = el('p', { class: 'status', role: 'status', 'aria-live': 'polite' });
  const bar = el('progress', { hidden: true, max: 1 });
  const cancel = el('button', { type: 'button', hidden: true, class: 'cancel' }, 'Cancel');
  const say = (text: string, kind: 'ok' | 'error' = 'ok'): void => {
    status.textContent = text;
    status.classList.toggle('error', kind === 'error');
  };
  const dataPart = el('section', { 'aria-label': 'Data' });
  const graphPart = el('section', { 'aria-label': 'Graph' });
  const picture = el('div', { class: 'picture' });
  const sliderPart = el('section', { 'aria-label': 'Interventions' });
  const answerPart = el('section', { 'aria-label': 'Answers' });
  root.replaceChildren(
    el('div', { class: 'controls' }, dataPart, graphPart, sliderPart),
    el('div', { class: 'results' }, el('div', { class: 'doing' }, status, bar, cancel), picture, answerPart),
  );
  const names = (): readonly string[] => state.loaded?.columns.map(({ variable }) => variable.name) ?? [];

  /** Runs one long call with its progress and its cancel button. */
  async function during<Value>(
    what: string,
    work: (options: { signal: AbortSignal; onProgress(progress: Progress): void }) => Promise<Value>,
  ): Promise<Value | undefined> {
    const stop = new AbortController();
    const onCancel = (): void => stop.abort();
    const buttons = [...root.querySelectorAll<HTMLButtonElement>('button.long')];
    for (const button of buttons) button.disabled = true;
    cancel.hidden = false;
    bar.hidden = false;
    bar.removeAttribute('value');
    cancel.addEventListener('click', onCancel);
    say(`${what} …`);
    try {
      return await work({
        signal: stop.signal,
        onProgress: ({ phase, done, total }) => {
          if (total === undefined) return;
          bar.value = done / total;
          say(`${what}: ${phase}, ${done} of ${total}`);
        },
      });
    } catch (error) {
      say(
        error instanceof Cancelled ? 'Cancelled.' : messageOf(error),
        error instanceof Cancelled ? 'ok' : 'error',
      );
      return undefined;
    } finally {
      cancel.removeEventListener('click', onCancel);
      cancel.hidden = true;
      bar.hidden = true;
      for (const button of root.querySelectorAll<HTMLButtonElement>('button.long')) button.disabled = false;
    }
  }

  async function load(): Promise<void> {
    try {
      if (state.data === 'own' && state.file === undefined) {
        state.loaded = undefined;
        say('Choose a CSV file: it is read in this tab and goes nowhere.');
      } else {
        const source =
          state.data === 'simulated'
            ? ({ kind: 'simulated', seed: state.seed } as const)
            : state.data === 'cars'
              ? ({ kind: 'csv', name: 'cars', text: await surroundings.cars() } as const)
              : ({ kind: 'csv', name: state.file!.name, text: state.file!.text } as const);
        let loaded = await client.call('load', [source, undefined]);
        const wanted = state.wanted?.data === state.data ? state.wanted.columns : undefined;
        if (wanted !== undefined) {
          state.left = new Set(
            loaded.columns.map(({ variable }) => variable.name).filter((name) => !wanted.includes(name)),
          );
        }
        everyColumn = loaded.columns.map(({ variable }) => variable.name);
        if (state.left.size > 0)
          loaded = await client.call('load', [source, everyColumn.filter((name) => !state.left.has(name))]);
        state.loaded = loaded;
        say(`${loaded.rows} rows, ${loaded.columns.length} variables. ${loaded.notes.join(' ')}`);
      }
    } catch (error) {
      state.loaded = undefined;
      say(messageOf(error), 'error');
    }
    state.learned = undefined;
    state.edges = [];
    forgetFit();
    const last = state.loaded?.columns.findLast(({ variable }) => variable.kind === 'continuous');
    state.outcome = last?.variable.name ?? '';
    state.row = 0;
    state.set = {};
    show();
    const { wanted } = state;
    if (wanted !== undefined && wanted.data === state.data && state.loaded !== undefined)
      await restore(wanted);
  }

  async function restore(wanted: Shared): Promise<void> {
    state.wanted = undefined;
    const known = new Set(names());
    try {
      state.edges = wanted.edges.reduce<readonly Arrow[]>((edges, edge) => addEdge(names(), edges, edge), []);
    } catch (error) {
      say(`The shared address does not fit these data: ${messageOf(error)}`, 'error');
      return;
    }
    state.mechanisms = wanted.mechanisms;
    show();
    await fit();
    if (state.fitted === undefined) return;
    if (known.has(wanted.outcome)) state.outcome = wanted.outcome;
    state.row = Math.min(wanted.row, state.loaded!.rows - 1);
    state.set = Object.fromEntries(Object.entries(wanted.set).filter(([name]) => known.has(name)));
    state.factual = await client.call('rowAt', [state.row]);
    show();
    askAnew();
  }

  async function learn(): Promise<void> {
    const learned = await during('Learning the graph', (options) => client.call('learn', [1], options));
    if (learned === undefined) return;
    state.learned = learned;
    state.edges = learned.edges;
    forgetFit();
    say(learned.message);
    show();
  }

  async function fit(): Promise<void> {
    const fitted = await during('Fitting', (options) =>
      client.call('fit', [state.edges, state.mechanisms, 1], options),
    );
    if (fitted === undefined) return;
    state.fitted = fitted;
    state.factual = await client.call('rowAt', [state.row]);
    say(
      `${fitted.message} And ${fitted.replicates} refits on resampled rows, in ${fitted.seconds.toFixed(1)} s (${fitted.executor}).`,
    );
    show();
    askAnew();
  }

  function forgetFit(): void {
    stopAsking();
    state.fitted = undefined;
    answerPart.replaceChildren();
  }

  function edit(change: () => readonly Arrow[]): void {
    try {
      state.edges = change();
      const wasFitted = state.fitted !== undefined;
      forgetFit();
      say(`${state.edges.length} edges.${wasFitted ? ' The graph changed: fit again.' : ''}`);
    } catch (error) {
      say(messageOf(error), 'error');
    }
    state.chosen = undefined;
    show();
  }

  const question = (): Question => ({ row: state.row, outcome: state.outcome, set: state.set });

  const { ask, stop: stopAsking } = createAsker({
    question,
    call: (asked, detail) => client.call('ask', [asked, detail]),
    show(asked, reply, milliseconds) {
      if (state.fitted === undefined || state.loaded === undefined) return;
      showAnswer(answerPart, asked, reply, state.loaded, milliseconds);
      root.dataset.answered = String(Number(root.dataset.answered ?? 0) + 1);
      root.dataset.detail = reply.detail;
      root.dataset.milliseconds = milliseconds.toFixed(1);
    },
    fail: (error) => say(messageOf(error), 'error'),
  });

  /** The picture at once; the answer as soon as it is there. */
  function askAnew(): void {
    showPicture();
    if (state.fitted !== undefined) ask();
  }

  let everyColumn: readonly string[] = [];

  function show(): void {
    const focused = document.activeElement?.getAttribute('data-key');
    showData();
    showGraph();
    showPicture();
    showWhatIf();
    if (focused !== null && focused !== undefined)
      root.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  function showData(): void {
    const radio = (data: Shared['data'], label: string): HTMLElement =>
      el(
        'label',
        { class: 'choice' },
        el('input', {
          type: 'radio',
          name: 'pg-data',
          value: data,
          checked: state.data === data,
          'data-key': `data ${data}`,
          change: () => {
            state.data = data;
            state.left = new Set();
            void load();
          },
        }),
        label,
      );
    const file = el('input', {
      type: 'file',
      accept: '.csv,.tsv,.txt,text/csv',
      'aria-label': 'CSV file',
      'data-key': 'file',
      change: async () => {
        const picked = file.files?.[0];
        if (picked === undefined) return;
        state.file = { name: picked.name, text: await picked.text() };
        state.left = new Set();
        await load();
      },
    });
    // a page may not put a name back into an input for files, so it is said beside it
    const inUse = state.file === undefined ? '' : el('p', { class: 'note' }, `In use: ${state.file.name}`);
    const redraw = el(
      'button',
      {
        type: 'button',
        'data-key': 'redraw',
        click: () => {
          state.seed += 1;
          void load();
        },
      },
      'Draw another',
    );
    dataPart.replaceChildren(
      el('h2', {}, '1. Data'),
      el(
        'div',
        { role: 'radiogroup', 'aria-label': 'Data set' },
        radio('cars', '392 cars of 1970 to 1982'),
        radio('simulated', 'A simulation whose truth is known'),
        radio('own', 'Your own CSV: it never leaves this tab'),
      ),
      state.data === 'own' ? el('div', {}, file, inUse) : state.data === 'simulated' ? redraw : '',
      state.loaded === undefined || state.data === 'simulated'
        ? ''
        : el(
            'details',
            {},
            el('summary', {}, `${state.loaded.columns.length} of ${everyColumn.length} columns are used`),
            ...everyColumn.map((name) =>
              el(
                'label',
                { class: 'choice' },
                el('input', {
                  type: 'checkbox',
                  checked: !state.left.has(name),
                  change: () => {
                    const left = new Set(state.left);
                    if (!left.delete(name)) left.add(name);
                    state.left = left;
                    void load();
                  },
                }),
                name,
              ),
            ),
          ),
    );
  }

  function showGraph(): void {
    if (state.loaded === undefined) {
      graphPart.replaceChildren();
      return;
    }
    const pick = (key: string, label: string): HTMLSelectElement =>
      el(
        'select',
        { 'aria-label': label, 'data-key': key },
        ...names().map((name) => el('option', { value: name }, name)),
      );
    const [from, to] = [pick('from', 'from'), pick('to', 'to')];
    to.selectedIndex = Math.min(1, names().length - 1);
    put(
      graphPart,
      el('h2', {}, '2. Graph'),
      el('p', {}, 'Let the data draw it, then correct it: what you know counts for more than any search.'),
      el(
        'button',
        { type: 'button', class: 'long primary', 'data-key': 'learn', click: () => void learn() },
        'Learn the graph',
      ),
      state.loaded.truth !== undefined &&
        el(
          'button',
          { type: 'button', 'data-key': 'truth', click: () => edit(() => state.loaded!.truth!) },
          'Take the true graph',
        ),
      el(
        'div',
        { class: 'add', role: 'group', 'aria-label': 'Add or turn an edge' },
        from,
        el('span', { 'aria-hidden': true }, '→'),
        to,
        el(
          'button',
          {
            type: 'button',
            'data-key': 'add',
            click: () => edit(() => addEdge(names(), state.edges, [from.value, to.value])),
          },
          'Add',
        ),
      ),
      el(
        'details',
        {
          open: detailsOpen(),
          toggle: (event: Event) => (edgesOpen = (event.target as HTMLDetailsElement).open),
        },
        el('summary', {}, `${state.edges.length} edges: turn or remove`),
        el('ul', { class: 'edges' }, ...state.edges.map((edge) => edgeItem(edge))),
      ),
      el('h2', {}, '3. Fit'),
      el(
        'label',
        { class: 'choice' },
        'Mechanisms ',
        (() => {
          const select = el(
            'select',
            {
              'data-key': 'mechanisms',
              change: () => {
                state.mechanisms = select.value as Shared['mechanisms'];
                forgetFit();
                show();
              },
            },
            el(
              'option',
              { value: 'mlp', selected: state.mechanisms === 'mlp' },
              'neural: bend where held-out rows agree',
            ),
            el('option', { value: 'linear', selected: state.mechanisms === 'linear' }, 'linear'),
          );
          return select;
        })(),
      ),
      el(
        'button',
        { type: 'button', class: 'long primary', 'data-key': 'fit', click: () => void fit() },
        'Fit the model',
      ),
    );
  }

  let edgesOpen = false;
  const detailsOpen = (): boolean => edgesOpen;

  function edgeItem([from, to]: Arrow): HTMLElement {
    const isOpen = state.learned?.open.some(([a, b]) => a === from && b === to) ?? false;
    return el(
      'li',
      {},
      el('span', {}, `${from} → ${to}${isOpen ? ' (direction not settled by the data)' : ''}`),
      el(
        'button',
        {
          type: 'button',
          'data-key': `turn ${from} ${to}`,
          'aria-label': `Turn ${from} → ${to}`,
          click: () => edit(() => addEdge(names(), state.edges, [to, from])),
        },
        'turn',
      ),
      el(
        'button',
        {
          type: 'button',
          'data-key': `remove ${from} ${to}`,
          'aria-label': `Remove ${from} → ${to}`,
          click: () => edit(() => removeEdge(state.edges, [from, to])),
        },
        'remove',
      ),
    );
  }

  function showPicture(): void {
    if (state.loaded === undefined) {
      picture.replaceChildren();
      return;
    }
    const focused = document.activeElement?.getAttribute('data-node');
    const open = new Set(state.learned?.open.map(([from, to]) => `${from}\0${to}`));
    const labels = Object.fromEntries(
      Object.entries(state.learned?.joined ?? {}).map(([key, share]) => [
        key,
        `${Math.round(100 * share)}%${open.has(key) ? ' ?' : ''}`,
      ]),
    );
    const set = state.fitted === undefined ? {} : state.set;
    picture.replaceChildren(
      drawGraph(Math.max(280, Math.min(720, picture.clientWidth)), {
        nodes: names(),
        edges: state.edges,
        labels,
        set: Object.fromEntries(Object.entries(set).map(([name, value]) => [name, formatCell(value)])),
        chosen: state.chosen,
        onNode(name) {
          const { chosen } = state;
          if (chosen === undefined || chosen === name) {
            state.chosen = chosen === name ? undefined : name;
            if (state.chosen !== undefined) say(`${name} → … : press the node that it causes.`);
            showPicture();
          } else {
            const isThere = state.edges.some(([a, b]) => a === chosen && b === name);
            edit(() =>
              isThere
                ? removeEdge(state.edges, [chosen, name])
                : addEdge(names(), state.edges, [chosen, name]),
            );
          }
        },
      }),
      el(
        'p',
        { class: 'note' },
        state.edges.length === 0
          ? 'No edges yet. Learn them, or press a cause and then its effect.'
          : 'Press a cause, then its effect, to add or remove an edge. % of 20 resamples join the two; ? the data leave the direction open; dashed ✂ cut by the intervention.',
      ),
    );
    if (focused !== null && focused !== undefined)
      picture.querySelector<SVGGElement>(`[data-node="${CSS.escape(focused)}"]`)?.focus();
  }

  function showWhatIf(): void {
    if (state.fitted === undefined || state.loaded === undefined) {
      sliderPart.replaceChildren();
      return;
    }
    showSliders(sliderPart, state.loaded, state.factual, question(), {
      onSet(set) {
        state.set = set;
        askAnew();
      },
      async onRow(row) {
        state.row = row;
        state.factual = await client.call('rowAt', [row]);
        showWhatIf();
        askAnew();
      },
      onOutcome(outcome) {
        state.outcome = outcome;
        askAnew();
      },
    });
    sliderPart.append(
      el(
        'div',
        { class: 'exports' },
        el('button', { type: 'button', 'data-key': 'share', click: () => void share() }, 'Copy address'),
        el('button', { type: 'button', 'data-key': 'save', click: () => void save() }, 'Save the model'),
        el('button', { type: 'button', 'data-key': 'report', click: () => void report() }, 'Save a report'),
      ),
    );
  }

  async function share(): Promise<void> {
    const hash = toHash({
      data: state.data,
      seed: state.seed,
      columns: names(),
      edges: state.edges,
      mechanisms: state.mechanisms,
      row: state.row,
      outcome: state.outcome,
      set: state.set,
    });
    history.replaceState(null, '', hash);
    const note =
      state.data === 'own'
        ? ' It holds names and settings, no rows: who opens it chooses the file again.'
        : '';
    try {
      await navigator.clipboard.writeText(location.href);
      say(`The address is copied.${note}`);
    } catch {
      say(`The address bar now holds all of this.${note}`);
    }
  }

  async function save(): Promise<void> {
    const bytes = await client.call('save', []);
    download('playground.model', bytes, 'application/octet-stream');
    say(
      'Saved. In Node: loadNetwork(readFileSync("playground.model")), or npx cfe predict playground.model rows.csv --do x=1',
    );
  }

  async function report(): Promise<void> {
    download('playground-report.html', await client.call('report', [question()]), 'text/html');
  }

  if (state.wanted !== undefined) {
    state.data = state.wanted.data;
    state.seed = state.wanted.seed;
  }
  let width = 0;
  const observer = new ResizeObserver(([entry]) => {
    const now = Math.round(entry?.contentRect.width ?? 0);
    if (now !== width) {
      width = now;
      showPicture();
    }
  });
  observer.observe(picture);
  void load();
  return () => {
    observer.disconnect();
    stopAsking();
    client.dispose();
    root.replaceChildren();
  };
}
