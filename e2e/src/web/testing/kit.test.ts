import { describe, expect, it } from "vitest";
import { dropFiles } from "./drop-files.ts";
import { pdf, png, randomFile, text, wav } from "./files.ts";
import { openPerson } from "./person.ts";
import { seedNote } from "./seed.ts";
import { startWeb } from "./start-web.ts";

describe("the fixtures of browser tests", () => {
  const web = startWeb();

  it("a page of a signed-in person shows the notes without requests to other origins", async () => {
    const ann = await web.person("Ann");
    await seedNote(ann.client, { title: "Contract", files: [pdf("contract.pdf", ["Page 1"])] });
    await ann.page.goto("/");
    await ann.page.getByRole("link", { name: "Contract" }).click();
    await ann.page.getByText("contract.pdf").waitFor();
    expect([...ann.watch.requests.keys()]).toEqual([web.service.url]);
  });

  it("the service accepts the sample files that the page tests upload", async () => {
    const ben = await web.person("Ben");
    const files = [
      png("a.png"),
      pdf("b.pdf", ["b"]),
      wav("c.wav"),
      text("d.txt", "d"),
      randomFile("e.bin", { sizeBytes: 9 }),
    ];
    const note = await seedNote(ben.client, { title: "Files", files });
    expect(note.attachments.map(({ state }) => state)).toEqual(files.map(() => "ready"));
  });

  it("the fixture of browser tests can drop files on a page", async () => {
    const cleo = await web.person("Cleo");
    await cleo.page.goto("/settings");
    await cleo.page.evaluate(() => {
      const { document, log } = Object.assign(globalThis as unknown as InPage, { log: [] as string[] });
      for (const type of ["dragover", "drop"]) {
        document.addEventListener(type, async ({ dataTransfer }) => {
          log.push(`${type} ${dataTransfer.types} ${await dataTransfer.files[0]?.text()}`);
        });
      }
    });
    await dropFiles(cleo.page.locator("main"), { files: [text("a.txt", "hello")] });
    // Sorts the entries, because either of the two event handlers that read the file may finish first.
    const log = () => cleo.page.evaluate(() => (globalThis as unknown as InPage).log.toSorted());
    await expect.poll(log).toEqual(["dragover Files hello", "drop Files hello"]);
  });

  const wrongs: [script: string, problem: RegExp][] = [
    ["console.error('wrong')", /^console: wrong/],
    ["setTimeout(() => { throw new Error('lost') })", /^uncaught: .*lost/],
    ["document.body.insertAdjacentHTML('beforeend', '<b style=\"color:red\">')", /VIOLATION style-src/],
    ["void fetch('http://localhost:1/').catch(() => undefined)", /VIOLATION connect-src http:\/\/localhost:1/],
    ["void fetch('/auth/nowhere')", /^404 GET .*\/auth\/nowhere$/],
    ["void fetch('/icon.svg?gone').catch(() => undefined)", /^net::ERR_CONNECTION_RESET GET .*\/icon\.svg\?gone$/],
  ];

  it("the fixture reports every problem of a page that a test does not expect", async () => {
    for (const isExpected of [false, true]) {
      const dora = await openPerson(web.browser, { service: web.service, name: "Dora", hasAccount: false });
      const { page, watch } = dora;
      await page.route(/gone/, (route) => route.abort("connectionreset"));
      await page.goto("/sign-in");
      await page.getByRole("heading").waitFor();
      if (isExpected) for (const [, problem] of wrongs.slice(1)) watch.expect(problem);
      // The service may respond after the other problems, so the test waits for its response before it causes the last problem.
      const answer = page.waitForResponse(/nowhere/);
      for (const [script] of wrongs.toReversed()) await page.evaluate(script);
      await answer;
      await page.evaluate("void fetch('/icon.svg?gone').catch(() => console.error('last'))");
      await expect.poll(() => watch.problems).toContain("console: last");
      const seen = wrongs.filter(([, problem]) => watch.problems.some((each) => problem.test(each)));
      expect(seen).toEqual(isExpected ? wrongs.slice(0, 1) : wrongs);
      await expect(dora.close()).rejects.toThrow("console: wrong");
    }
  });
});

type InPage = {
  log: string[];
  document: { addEventListener(type: string, then: (event: { dataTransfer: Transfer }) => void): void };
};
type Transfer = { types: string[]; files: { text(): Promise<string> }[] };
