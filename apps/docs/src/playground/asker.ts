import type { Detail, Question, Reply } from './protocol.ts';

/** What asks, and what is done with an answer. */
export interface Asking {
  /** as it stands now */
  question(): Question;
  call(question: Question, detail: Detail): Promise<Reply>;
  /** @param milliseconds - from the question to its answer */
  show(question: Question, reply: Reply, milliseconds: number): void;
  fail(error: unknown): void;
}

/** A slider that did not move for so long rests, milliseconds. */
const rest = 120;

/**
 * Asks one question at a time, so that a slider never waits for answers to where it was: of the questions that come
 * meanwhile the newest alone is asked. While questions come they are answered by the fitted model alone; when none comes
 * any more, once again with the intervals of all refits.
 */
export function createAsker({ question, call, show, fail }: Asking): { ask(): void; stop(): void } {
  let asked = 0; // how many questions there were, so that an answer knows whether it is about the last one
  let answering = false;
  let stopped = false;
  let since = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function answer(detail: Detail): Promise<void> {
    answering = true;
    const number = asked;
    const now = question();
    const begun = detail === 'quick' ? since : performance.now();
    try {
      const reply = await call(now, detail);
      if (!stopped && (number === asked || detail === 'quick')) show(now, reply, performance.now() - begun);
    } catch (error) {
      if (!stopped && number === asked) fail(error);
    }
    answering = false;
    if (stopped) return;
    if (number !== asked) void answer('quick');
    else if (detail === 'quick') timer = setTimeout(() => void answer('full'), rest);
  }

  return {
    ask() {
      stopped = false;
      asked += 1;
      since = performance.now();
      clearTimeout(timer);
      if (!answering) void answer('quick');
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
