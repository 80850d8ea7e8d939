import { createSenders } from "./senders.ts";

// All upload clients (senders) take turns in this process. The process does nothing else, so its CPU time is that of the sender.
const senders = createSenders(JSON.parse(process.argv[2] as string));
process.on("message", async ({ name, path }: { name: string; path: string }) => {
  const sender = senders.find((each) => each.name === name);
  if (sender === undefined) throw new Error(`There is no sender ${name}`);
  const { user, system } = process.cpuUsage();
  const startedAt = performance.now();
  const remove = await sender.send(path);
  const seconds = (performance.now() - startedAt) / 1000;
  const spent = process.cpuUsage();
  await remove();
  process.send?.({ seconds, cpuSeconds: (spent.user + spent.system - user - system) / 1e6 });
});
process.once("disconnect", () => process.exit());
