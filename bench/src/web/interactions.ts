import { latencyOf, watchFigures } from "../../../e2e/src/web/testing/measure.ts";
import { openPerson, type Person } from "../../../e2e/src/web/testing/person.ts";
import type { WebService } from "../../../e2e/src/web/testing/service.ts";
import type { Note } from "../../../packages/client/src/index.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";

type Browser = Parameters<typeof openPerson>[0];
type Page = Person["page"];

export const ROUNDS = 5;

const { attachments, common, notes, sharing } = texts;
const rowOf = (page: Page, filename: string) => page.getByRole("listitem").filter({ hasText: filename });
const moreOf = (page: Page, filename: string) => rowOf(page, filename).getByRole("button", { name: common.more });

/** The measured interactions with a note. `back` restores the state before the interaction. */
export const interactions: readonly {
  name: string;
  act(page: Page): Promise<unknown>;
  back?(page: Page): Promise<unknown>;
}[] = [
  { name: "point at a file", act: (page) => rowOf(page, "Report 1.txt").hover() },
  {
    name: "open the menu of a file",
    act: (page) => moreOf(page, "Report 1.txt").click(),
    back: async (page) => {
      await page.getByRole("menuitem", { name: attachments.copyLink }).waitFor();
      await page.keyboard.press("Escape");
    },
  },
  {
    name: "type into the title",
    act: (page) => page.getByRole("textbox", { name: notes.title }).press("a"),
    back: (page) => page.keyboard.press("Escape"),
  },
  {
    name: "open the text to write",
    act: (page) => page.keyboard.press("e"),
    back: (page) => page.getByRole("textbox", { name: notes.body }).waitFor(),
  },
  {
    name: "type into the text",
    act: (page) => page.getByRole("textbox", { name: notes.body }).press("a"),
    back: (page) => page.keyboard.press("Escape"),
  },
  {
    name: "open the share dialog",
    act: (page) => page.getByRole("button", { name: sharing.share, exact: true }).click(),
    back: async (page) => {
      await page.getByRole("dialog").getByText(sharing.owner).waitFor();
      await page.keyboard.press("Escape");
    },
  },
  {
    name: "show a picture large",
    act: (page) => page.getByRole("button", { name: "Picture 0.png", exact: true }).click(),
    back: async (page) => {
      await page.getByRole("dialog").waitFor();
      await page.keyboard.press("Escape");
    },
  },
];

type Measuring = { service: WebService; as: Person; note: Note; rounds: number };

/** Measures the milliseconds from each interaction to the next frame, once in each round. The browser has cached the code of the app. */
export async function measureInteractions(
  browser: Browser,
  { service, as, note, rounds }: Measuring,
): Promise<ReadonlyMap<string, number[]>> {
  const storageState = await as.context.storageState();
  const measured = new Map<string, number[]>(interactions.map(({ name }) => [name, []]));
  const visitor = await openPerson(browser, { service, name: "Ann again", hasAccount: false, storageState });
  const { page } = visitor;
  await watchFigures(page);
  // The first round does not count, because it loads code that a user loads only once.
  for (let round = 0; round <= rounds; round++) {
    await page.goto(`/n/${note.id}`);
    await page.getByRole("button", { name: "Picture 0.png", exact: true }).waitFor();
    await page.waitForLoadState("networkidle");
    for (const { name, act, back } of interactions) {
      const milliseconds = await latencyOf(page, () => act(page));
      if (round > 0) measured.get(name)?.push(milliseconds);
      await back?.(page);
    }
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  await visitor.close();
  return measured;
}
