import { describe, expect, it } from "vitest";
import { type ZipJob, type ZipSource, zipStream } from "./zip-stream.ts";

const words = { missingFile: "MISSING.txt", missing: (names: readonly string[]) => `missing: ${names.join(", ")}` };

function makeJob(): ZipJob & { bytes: number } {
  const job = {
    signal: new AbortController().signal,
    reading: undefined,
    missing: [],
    bytes: 0,
    onBytes(count: number) {
      job.bytes += count;
    },
  };
  return job;
}

/** Makes files of the given sizes. When the ZIP opens a file, the list `opened` gets the name of the file. */
function makeSources(sizes: readonly number[]) {
  const opened: string[] = [];
  const sources = sizes.map((sizeBytes, index): ZipSource => {
    const filename = `${index}.txt`;
    return {
      filename,
      sizeBytes,
      lastModified: new Date(0),
      async open() {
        opened.push(filename);
        return new Blob([String(index).repeat(sizeBytes)]).stream();
      },
    };
  });
  return { sources, opened };
}

const SMALL = 10;
const LARGE = 1_000_000;

describe("a ZIP", () => {
  it("a ZIP download opens small files early, but a large file only when needed", async () => {
    const { sources, opened } = makeSources([SMALL, SMALL, LARGE, SMALL, SMALL, SMALL, SMALL]);
    const job = makeJob();
    const reader = zipStream(sources, { job, words }).getReader();
    await reader.read();
    expect(opened).toEqual(["0.txt", "1.txt", "3.txt", "4.txt"]);
    while (!(await reader.read()).done);
    expect(opened).toEqual(["0.txt", "1.txt", "3.txt", "4.txt", "5.txt", "2.txt", "6.txt"]);
    expect(job.bytes).toBe(6 * SMALL + LARGE);
  });

  it("a ZIP contains the bytes of each file in the order of the files", async () => {
    const { sources } = makeSources([SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL]);
    const text = await new Response(zipStream(sources, { job: makeJob(), words })).text();
    const places = sources.map((_, index) => text.indexOf(String(index).repeat(SMALL)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it("a ZIP download opens a file again if the early read of the file failed", async () => {
    const { sources } = makeSources([SMALL, SMALL]);
    const failure = () => Promise.reject(new Error("The bucket is down"));
    const [first, second] = sources as [ZipSource, ZipSource];
    const opens = [failure, second.open];
    const job = makeJob();
    const stream = zipStream([first, { ...second, open: () => (opens.shift() ?? failure)() }], { job, words });
    expect(await new Response(stream).text()).toContain("1".repeat(SMALL));
    expect(job.missing).toEqual([]);
  });

  it("a ZIP lists the names of files that could not be opened", async () => {
    const { sources } = makeSources([SMALL, SMALL, SMALL]);
    const [first, second, third] = sources as [ZipSource, ZipSource, ZipSource];
    const broken = { ...second, open: () => Promise.reject(new Error("The bucket is down")) };
    const job = makeJob();
    const stream = zipStream([first, broken, third], { job, words });
    expect(await new Response(stream).text()).toContain("missing: 1.txt");
    expect(job.missing).toEqual(["1.txt"]);
  });

  it("a ZIP download opens no file after its cancellation", async () => {
    const { sources, opened } = makeSources([LARGE, LARGE, SMALL]);
    const job = makeJob();
    const reader = zipStream(sources, { job, words }).getReader();
    await reader.read();
    await reader.read();
    await expect(reader.cancel(new Error("The disk is full"))).rejects.toThrow("The disk is full");
    expect(opened).toEqual(["0.txt", "2.txt"]);
    expect(job.reading).toBe("0.txt");
  });
});
