/** What is open, to be closed in the opposite order. */
export type Opened = {
  /** Remembers how to close what has just been opened. */
  add(close: () => Promise<void>): void;
  /** Closes everything, the last first. */
  close(): Promise<void>;
};

export function createOpened(): Opened {
  const closers: (() => Promise<void>)[] = [];
  return {
    add(close) {
      closers.push(close);
    },
    async close() {
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
}
