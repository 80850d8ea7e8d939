/** The maximum number of tasks at the same time. This limit keeps connections free for other requests. */
const AT_ONCE = 6;

/** Runs a task for each item, a few at a time. Runs all tasks even if some fail, and then rejects with the first error. */
export async function forEach<Item>(items: readonly Item[], task: (item: Item) => Promise<unknown>): Promise<void> {
  const waiting = items.values();
  const errors: unknown[] = [];
  const work = async () => {
    for (const item of waiting) await task(item).catch((error: unknown) => errors.push(error));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (errors.length > 0) throw errors[0];
}
