import { Command } from "commander";
import type { PreviewFailure } from "../features/previews/jobs.ts";
import { invalidRequest } from "../platform/errors.ts";
import { canDraw, DRAWING_PACKAGE } from "../platform/pictures/draw-pictures.ts";
import { withCore } from "./with-core.ts";

const REASONS: Record<PreviewFailure, string> = {
  not_a_picture: "are no pictures, although their type says so",
  damaged: "are damaged, or have too many pixels",
  too_slow: "needed more than 20 seconds",
  too_much_memory: "needed more than 512 MiB of memory",
  no_gain: "are so small that a preview would not be smaller",
  unavailable: "were not tried, because the bucket did not respond",
};

/** The number of files between two lines of progress. */
const PROGRESS = 100;

/** `valetkey previews` makes the missing previews of all pictures. */
export function previewsCommand(): Command {
  return new Command("previews")
    .description(`make the missing previews of all pictures, with the package ${DRAWING_PACKAGE}`)
    .action(makePreviews);
}

async function makePreviews(): Promise<void> {
  if (!canDraw()) {
    throw invalidRequest(
      `The package ${DRAWING_PACKAGE} is not installed. Install it beside valetkey: npm install ${DRAWING_PACKAGE}`,
    );
  }
  await withCore(async ({ useCases }) => {
    const total = await useCases.countMissingPreviews();
    const failures = new Map<PreviewFailure, number>();
    let made = 0;
    let failed = 0;
    for await (const failure of useCases.makeMissingPreviews(new AbortController().signal)) {
      if (failure === undefined) made += 1;
      else {
        failed += 1;
        failures.set(failure, (failures.get(failure) ?? 0) + 1);
      }
      const done = made + failed;
      if (done % PROGRESS === 0) process.stderr.write(`${done} of ${total} files\n`);
    }
    process.stdout.write(`Made the previews of ${made} ${made === 1 ? "file" : "files"}. ${failed} have none.\n`);
    for (const [failure, count] of failures) process.stdout.write(`  ${count} ${REASONS[failure]}\n`);
  });
}
