/** Counts the files and bytes that are done. `add` counts one file. */
export type Progress = { add(sizeBytes: number): void; end(): void };

const EVERY_MS = 1_000;

/** Returns a `Progress` that writes a line at most once a second, and a last line at the end. */
export function createProgress(options: {
  verb: string;
  files: number;
  sizeBytes: number;
  write: (line: string) => void;
}): Progress {
  const total = { files: options.files, sizeBytes: options.sizeBytes };
  const done = { files: 0, sizeBytes: 0 };
  let writtenAt = performance.now();
  function write(): void {
    writtenAt = performance.now();
    const bytes = `${inMebibytes(done.sizeBytes)} of ${inMebibytes(total.sizeBytes)} MiB`;
    options.write(`${options.verb}: ${done.files} of ${total.files} files, ${bytes}`);
  }
  return {
    add(sizeBytes) {
      done.files += 1;
      done.sizeBytes += sizeBytes;
      if (performance.now() - writtenAt > EVERY_MS) write();
    },
    end: write,
  };
}

function inMebibytes(sizeBytes: number): string {
  return (sizeBytes / 2 ** 20).toFixed(1);
}
