import { type CandidateSpec, startCandidate } from "../rig/candidate.ts";
import { formatCount, formatTable } from "../rig/table.ts";
import { postForms } from "./post-forms.ts";

const MIB = 2 ** 20;
const FILES = 20;
const FILE_BYTES = 50 * MIB;
type Plan = { specs: readonly CandidateSpec[]; token: string; noteId: string };
type Growth = { name: string; firstBytes: number; peakBytes: number; seconds: number };

/** Measures the memory of each server while it receives twenty forms of 50 MiB at once. */
export async function measureForms({ specs, token, noteId }: Plan): Promise<void> {
  const grown: Growth[] = [];
  for (const spec of specs) grown.push(await measure(spec, { token, noteId }));
  console.log(`\nforms: ${FILES} at once of ${FILE_BYTES / MIB} MiB each, one process`);
  const mib = (bytes: number) => formatCount(bytes / MIB);
  const rows = grown.map(({ name, firstBytes, peakBytes, seconds }) => [
    name,
    mib(firstBytes),
    mib(peakBytes),
    mib(peakBytes - firstBytes),
    seconds.toFixed(1),
  ]);
  console.log(formatTable(["", "RSS before, MiB", "peak", "grown by", "seconds"], rows));
  const [article = Number.NaN, ...services] = grown.map(({ firstBytes, peakBytes }) => peakBytes - firstBytes);
  console.log(
    `multer's memory storage grew ${(article / Math.max(...services)).toFixed(1)} times as much as the service`,
  );
}

async function measure(spec: CandidateSpec, { token, noteId }: { token: string; noteId: string }): Promise<Growth> {
  const candidate = await startCandidate(spec);
  const path = `/notes/${noteId}/attachments`;
  const post = (files: number, fileBytes: number) => postForms({ port: candidate.port, path, token, files, fileBytes });
  try {
    // A first form loads the code, so that the measurement contains only the files.
    await post(1, MIB);
    const before = await candidate.usage();
    const startedAt = performance.now();
    await post(FILES, FILE_BYTES);
    const seconds = (performance.now() - startedAt) / 1000;
    const { peakRssBytes } = await candidate.usage();
    return { name: candidate.name, firstBytes: before.rssBytes, peakBytes: peakRssBytes, seconds };
  } finally {
    await candidate.stop();
  }
}
