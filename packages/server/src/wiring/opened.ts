/** Stores the parts that were opened. `close` closes them in the opposite order. */
export type Opened = {
  /** Registers the function that closes a part that was just opened. */
  add(close: () => unknown): void;
  /** Closes everything, even if a part fails to close. Rejects with the first failure. */
  close(): Promise<void>;
};

export function createOpened(): Opened {
  const closers: (() => unknown)[] = [];
  return {
    add(close) {
      closers.push(close);
    },
    async close() {
      const failures: unknown[] = [];
      for (const close of closers.splice(0).reverse()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
