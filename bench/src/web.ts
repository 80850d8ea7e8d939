import build from "../../e2e/src/testing/build.ts";
import { launchChromium } from "../../e2e/src/testing/chromium.ts";
import { loadCold } from "../../e2e/src/web/testing/cold-load.ts";
import { measuredPages, SCRIPT_GOAL_BYTES, SHIFT_GOAL, seedFigures } from "../../e2e/src/web/testing/measured-pages.ts";
import { openPerson, type Person, PHONE } from "../../e2e/src/web/testing/person.ts";
import { type StartedWebService, startWebService } from "../../e2e/src/web/testing/service.ts";
import type { Note } from "../../packages/client/src/index.ts";
import { readFlags } from "./rig/read-flags.ts";
import { median } from "./rig/statistics.ts";
import { formatCount, formatTable, reportResult } from "./rig/table.ts";
import { interactions, measureInteractions, ROUNDS } from "./web/interactions.ts";

const FILES = 200;
const LATENCY_GOAL_MS = 100;
const screens = { desktop: {}, phone: PHONE };

type Stage = {
  browser: Parameters<typeof openPerson>[0];
  service: StartedWebService;
  ann: Person;
  note: Note;
  rounds: number;
};

/**
 * Measures the web app in Chromium: the script size and layout shift of first loads, and how fast a note with 200 files reacts.
 * Flag: --rounds 5.
 * @returns Whether the goals were met.
 */
export async function runWeb(args: readonly string[]): Promise<boolean> {
  const rounds = Number(readFlags(args, { rounds: String(ROUNDS) }).rounds);
  build();
  const [browser, service] = await Promise.all([launchChromium(), startWebService()]);
  const ann = await openPerson(browser, { service, name: "Ann" });
  try {
    console.log(
      `web: Chromium ${browser.version()} without a window, SQLite, the embedded bucket, a note with ${FILES} files`,
    );
    const stage = { browser, service, ann, note: await seedFigures(ann.client, { files: FILES }), rounds };
    const met = [await reportLoads(stage), await reportLatency(stage)];
    return met.every(Boolean);
  } finally {
    await browser.close();
    await service.stop();
  }
}

async function reportLoads({ browser, service, ann, note, rounds }: Stage): Promise<boolean> {
  const rows: string[][] = [];
  let [mostBytes, mostShift] = [0, 0];
  for (const [name, { path, ready, isSignedOut = false }] of Object.entries(measuredPages)) {
    for (const [screen, size] of Object.entries(screens)) {
      const session = isSignedOut ? {} : { as: ann };
      const loads = [];
      for (let round = 0; round < rounds; round++) {
        loads.push(await loadCold(browser, { ...size, ...session, service, path: path(note), ready }));
      }
      const bytes = Math.max(...loads.map(({ gzipBytes }) => gzipBytes));
      const shift = Math.max(...loads.map(({ layoutShift }) => layoutShift));
      const firstRows = loads.flatMap(({ firstRowAt }) => (firstRowAt === undefined ? [] : [firstRowAt]));
      const firstRow = firstRows.length === 0 ? "" : `${formatCount(median(firstRows))} ms`;
      rows.push([`${name}, ${screen}`, formatCount(bytes), shift.toFixed(3), firstRow]);
      [mostBytes, mostShift] = [Math.max(mostBytes, bytes), Math.max(mostShift, shift)];
    }
  }
  console.log(formatTable(["a first load", "script, gzip -9", "layout shift", "first row of the list"], rows));
  return [
    reportResult(
      mostBytes < SCRIPT_GOAL_BYTES,
      `script of a first load: ${formatCount(mostBytes)} bytes (goal: under ${formatCount(SCRIPT_GOAL_BYTES)})`,
    ),
    reportResult(mostShift <= SHIFT_GOAL, `layout shift: ${mostShift.toFixed(3)} (goal: at most ${SHIFT_GOAL})`),
  ].every(Boolean);
}

async function reportLatency({ browser, service, ann, note, rounds }: Stage): Promise<boolean> {
  const measured = await measureInteractions(browser, { service, as: ann, note, rounds });
  const rows = interactions.map(({ name }) => {
    const times = measured.get(name) ?? [];
    return [name, `${formatCount(median(times))} ms`, `${formatCount(Math.max(...times))} ms`];
  });
  console.log(formatTable([`on a note with ${FILES} files`, "median", "slowest"], rows));
  const slowest = Math.max(...interactions.map(({ name }) => median(measured.get(name) ?? [])));
  return reportResult(
    slowest < LATENCY_GOAL_MS,
    `slowest interaction, median: ${formatCount(slowest)} ms (goal: under ${LATENCY_GOAL_MS})`,
  );
}
