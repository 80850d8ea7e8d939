import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createMailbox } from "../../../packages/server/src/testing/auth/mailbox.ts";
import { engines } from "../../../packages/server/src/testing/database/test-databases.ts";
import { useService } from "../../../packages/server/src/testing/use-service.ts";
import { accountFlows } from "./account-flows.ts";
import { createPlace, type Flow } from "./place.ts";
import { sharingFlows } from "./sharing-flows.ts";

const NO_NEXT_STEP = "The person sees no next step";
const FAILED = ". Then: ";
const PAGE = resolve(import.meta.dirname, "../../../docs/mail.md");
// A flow of `sharingFlows` moves the clock of the service, so these flows come last.
const flows = { ...accountFlows, ...sharingFlows };

/**
 * Reads the table "With mail and without" of docs/mail.md. Each row has a flow and its last steps with and without mail.
 */
async function documentedRows(): Promise<string[][]> {
  const [, section = ""] = (await readFile(PAGE, "utf8")).split("## With mail and without\n");
  const lines = (section.split("\n## ", 1)[0] ?? "").split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Runs one flow. Returns the last step that the person has reached, and the error of a failed flow. */
async function lastStep(flow: Flow, place: ReturnType<typeof createPlace>): Promise<string> {
  let last = NO_NEXT_STEP;
  try {
    await flow({
      ...place,
      reach: (step) => {
        last = step;
      },
    });
    return last;
  } catch (error) {
    return `${last}${FAILED}${(error as Error).message}`;
  }
}

// One database engine is enough here, because the tests of each feature run on both engines.
describe.each(engines.filter(({ name }) => name === "sqlite"))("each flow of the app on $name", (engine) => {
  const mailbox = createMailbox();
  const common = { engine, hasAccounts: true, limits: { trashDays: 30 } };
  const withMail = useService({ ...common, mailer: mailbox.mailer });
  const withoutMail = useService(common);

  it("each flow through the app ends at its documented last step, with and without mail", async () => {
    const places = [createPlace(withMail, { mailbox }), createPlace(withoutMail, { mailbox: undefined })];
    const rows: string[][] = [];
    for (const [name, flow] of Object.entries(flows)) {
      rows.push([name, ...(await Promise.all(places.map((place) => lastStep(flow, place))))]);
    }
    expect(rows.flat().filter((end) => end.includes(NO_NEXT_STEP) || end.includes(FAILED))).toEqual([]);
    expect(new Set(rows)).toEqual(new Set(await documentedRows()));
  });
});
