type Benchmark = (args: readonly string[]) => Promise<boolean>;

/** Only the benchmark that runs is imported, so that the imports of other benchmarks do not affect its figures. */
const benchmarks: Record<string, () => Promise<Benchmark>> = {
  presign: async () => (await import("./presign.ts")).runPresign,
  verbs: async () => (await import("./verbs.ts")).runVerbs,
  peers: async () => (await import("./peers.ts")).runPeers,
  scale: async () => (await import("./scale.ts")).runScale,
  start: async () => (await import("./start.ts")).runStart,
  upload: async () => (await import("./upload.ts")).runUpload,
};

const [name, ...args] = process.argv.slice(2);
/** The benchmark `scale` runs only if the command names it, because it first creates 1,000,000 files. */
const usual = Object.keys(benchmarks).filter((each) => each !== "scale");
const chosen = name === undefined ? usual : [name];
for (const each of chosen) {
  const load = benchmarks[each];
  if (load === undefined)
    throw new Error(`There is no benchmark "${each}". Choose one of: ${Object.keys(benchmarks).join(", ")}`);
  const run = await load();
  // If a benchmark misses a goal, the command fails.
  if (!(await run(args))) process.exitCode = 1;
}
