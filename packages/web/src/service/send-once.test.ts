import { describe, expect, it } from "vitest";
import { sendOnce } from "./send-once.ts";

describe("a fetch that sends a change once", () => {
  function start() {
    const sent: { body: unknown; respond: (text: string) => void; fail: (error: Error) => void }[] = [];
    const fetch = sendOnce((_input, init) => {
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      sent.push({ body: init?.body, respond: (text) => resolve(new Response(text)), fail: reject });
      return promise;
    });
    const change = (body: string, more: RequestInit = {}) =>
      fetch("https://files.example.com/links/1", { method: "PATCH", body, ...more });
    return { sent, fetch, change };
  }
  const textOf = async (response: Promise<Response>) => (await response).text();

  it("the app sends two identical simultaneous changes only once", async () => {
    const { sent, change } = start();
    const answers = [change("{}"), change("{}")].map(textOf);
    sent[0]?.respond("done");
    expect(await Promise.all(answers)).toEqual(["done", "done"]);
    expect(sent).toHaveLength(1);
  });

  it("the app sends a repeated change after the response to the first change", async () => {
    const { sent, change } = start();
    for (const nth of [0, 1]) {
      const answer = textOf(change("{}"));
      sent[nth]?.respond("done");
      await answer;
    }
    expect(sent).toHaveLength(2);
  });

  it("the app sends a repeated change after the first change has failed", async () => {
    const { sent, change } = start();
    const answers = Promise.allSettled([change("{}"), change("{}")]);
    sent[0]?.fail(new Error("offline"));
    expect((await answers).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    void change("{}");
    expect(sent).toHaveLength(2);
  });

  it("the app sends all three changes if a person turns a setting on, off and on", () => {
    const { sent, change } = start();
    for (const body of ["on", "off", "on"]) void change(body);
    expect(sent.map(({ body }) => body)).toEqual(["on", "off", "on"]);
  });

  it("the app sends a repeated change after a change at another URL", () => {
    const { sent, fetch, change } = start();
    void change("on");
    void fetch("https://files.example.com/links/2", { method: "DELETE" });
    void change("on");
    expect(sent).toHaveLength(3);
  });

  it.each<[string, RequestInit]>([
    ["a read", { method: "GET" }],
    ["a file", { method: "POST", body: new Blob(["a"]) }],
    ["a change that can be aborted", { method: "POST", body: "{}", signal: new AbortController().signal }],
  ])("the app sends a repeated request each time if the request is %s", (_, init) => {
    const { sent, fetch } = start();
    for (let times = 0; times < 2; times++) void fetch("https://files.example.com/", init);
    expect(sent).toHaveLength(2);
  });

  it("the app sends both of two changes that have different headers", () => {
    const { sent, change } = start();
    for (const key of ["a", "b"]) void change("{}", { headers: { "idempotency-key": key } });
    expect(sent).toHaveLength(2);
  });
});
