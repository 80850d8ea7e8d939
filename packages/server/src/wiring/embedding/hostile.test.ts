import { describe, expect, it } from "vitest";
import { sqlite } from "../../testing/database/test-databases.ts";
import { createPlace, invoice42, mayInvoice, open, type TestUser } from "./testing/embedding.ts";

const declared = { filename: "a.txt", contentType: "text/plain", sizeBytes: 3 };
const refused = { status: 403, body: { code: "access_denied" } };

// Access decisions do not depend on the database, so these tests use only one database engine.
describe("a hostile embedding", () => {
  it.each([
    ["throws", () => Promise.reject(new Error("secret of the application"))],
    ["returns a truthy object", () => ({ allowed: true })],
  ])("requirement 38: an embedded service refuses every request if `may` %s", async (_, decide: unknown) => {
    const place = await createPlace(sqlite);
    const first = await open(place);
    const { id } = (await first.as("ann").upload("/invoice/42")).body;
    await first.close();
    const { as, log, files } = await open(place, { resources: { invoice: { may: decide as () => boolean } } });
    const ann = as("ann");
    for (const call of ["GET /invoice/42", `GET /files/${id}`, `GET /files/${id}/url`, `DELETE /files/${id}`]) {
      const answer = await ann.send(call);
      expect(answer, call).toMatchObject(refused);
      expect(JSON.stringify(answer.body)).not.toContain("secret");
    }
    expect(await ann.upload("/invoice/42")).toMatchObject(refused);
    expect(await files.asApplication.list(invoice42)).toMatchObject({ files: [{ id }] });
    expect(log()).toContain("may() made no decision");
  });

  it("requirement 38: an embedded service calls `may` for every URL that it issues", async () => {
    let isAllowed = true;
    const asked: string[] = [];
    const may = (user: TestUser, action: string, id: string) => {
      asked.push(`${user.id} ${action} ${id}`);
      return isAllowed;
    };
    const { as } = await open(await createPlace(sqlite), { resources: { invoice: { may } } });
    const ann = as("ann");
    const { id } = (await ann.upload("/invoice/42")).body;
    asked.length = 0;
    expect(await ann.send(`GET /files/${id}/url`)).toMatchObject({ status: 200 });
    expect(await ann.send(`GET /files/${id}/url`)).toMatchObject({ status: 200 });
    isAllowed = false;
    expect(await ann.send(`GET /files/${id}/url`)).toMatchObject(refused);
    expect(asked).toEqual(["ann read 42", "ann read 42", "ann read 42"]);
  });

  it("requirement 38: a user can't complete an upload after the loss of the right", async () => {
    let isAllowed = true;
    const { as } = await open(await createPlace(sqlite), { resources: { invoice: { may: () => isAllowed } } });
    const ann = as("ann");
    const { upload } = (await ann.send("POST /invoice/42/uploads", { json: declared })).body;
    await fetch(upload.url, { method: upload.method, headers: upload.headers, body: "abc" });
    isAllowed = false;
    expect(await ann.send(`POST /uploads/${upload.id}/complete`)).toMatchObject(refused);
    isAllowed = true;
    expect(await ann.send(`POST /uploads/${upload.id}/complete`)).toMatchObject({
      status: 200,
      body: { state: "ready" },
    });
  });

  it("requirement 38: `may` is called with the item to which the file belongs", async () => {
    const may = (user: TestUser, action: string, id: string) => mayInvoice(user, action as "read", id);
    const secret = { may: () => false };
    const { as } = await open(await createPlace(sqlite), { resources: { invoice: { may }, secret } });
    const [ann, ben] = [as("ann"), as("ben")];
    const ofAnn = (await ann.upload("/invoice/42")).body.id;
    const ofBen = (await ben.upload("/invoice/7")).body.id;
    expect(await ben.send(`GET /files/${ofAnn}/url`)).toMatchObject(refused);
    expect(await ann.send("GET /invoice/42")).toMatchObject({ body: { items: [{ id: ofAnn }] } });
    expect(await ann.send("GET /secret/42")).toMatchObject(refused);
    const { body } = await ann.send("POST /files/urls", {
      json: { fileIds: [ofBen, ofAnn, "0".repeat(8) + ofAnn.slice(8)] },
    });
    expect(body.urls).toMatchObject([
      { attachmentId: ofBen, code: "access_denied" },
      { attachmentId: ofAnn, fileUrl: expect.any(String) },
      { code: "attachment_not_found" },
    ]);
  });

  it("a request for an unknown resource returns 404", async () => {
    const { as, files } = await open(await createPlace(sqlite));
    for (const name of ["contract", "constructor", "__proto__"]) {
      expect(await as("ann").send(`GET /${name}/42`), name).toMatchObject({ status: 404, body: { code: "not_found" } });
      const started = await as("ann").send(`POST /${name}/42/uploads`, { json: declared });
      expect(started, name).toMatchObject({ status: 404, body: { code: "not_found" } });
      await expect(files.asApplication.list({ resource: name, itemId: "42" }), name).rejects.toMatchObject({
        code: "not_found",
      });
    }
  });

  it("`may` and hooks can call the embedded service to which they belong", async () => {
    const removed = Promise.withResolvers<string>();
    const { as, files } = await open(await createPlace(sqlite), {
      resources: {
        invoice: {
          may: async (_user, _action, id) =>
            (await files.asApplication.list({ resource: "invoice", itemId: id })).files.length < 5,
          async onReady({ id }) {
            await files.asApplication.remove(id);
            removed.resolve(id);
          },
        },
      },
    });
    const { status, body } = await as("ann").upload("/invoice/42");
    expect(status).toBe(200);
    expect(await removed.promise).toBe(body.id);
  });

  it("the function `may` receives the item ids of the application unchanged", async () => {
    const asked: string[] = [];
    const may = (_user: TestUser, _action: string, id: string) => {
      asked.push(id);
      return true;
    };
    const { as } = await open(await createPlace(sqlite), { resources: { invoice: { may } } });
    const ids = ["a/b", "ä ö", "%2F", "a?b#c", "2024:7", "'; drop table notes; --"];
    for (const id of ids)
      expect(await as("ann").upload(`/invoice/${encodeURIComponent(id)}`), id).toMatchObject({ status: 200 });
    expect([...new Set(asked)]).toEqual(ids);
    for (const id of ids) {
      const { body } = await as("ann").send(`GET /invoice/${encodeURIComponent(id)}`);
      expect(body.items, id).toMatchObject([{ itemId: id }]);
    }
  });

  it("requirement 32: a request gets the error `internal` if the option `user` fails", async () => {
    const fail = () => Promise.reject(new Error("secret of the application"));
    const { as, log } = await open(await createPlace(sqlite), { user: fail });
    const answer = await as("ann").send("GET /invoice/42");
    expect(answer).toMatchObject({ status: 500, body: { code: "internal" } });
    expect(JSON.stringify(answer.body)).not.toContain("secret");
    expect(log()).toContain("secret of the application");
  });

  it.each([
    ["no id", {}],
    ["an empty id", { id: "" }],
    ["a number", { id: 1 }],
    ["a name that is no text", { id: "ann", name: { first: "Ann" } }],
    ["an email address that no index can hold", { id: "ann", email: `${"a".repeat(250)}@a.example` }],
    ["a text", "ann"],
    ["true", true],
  ])("a request gets the error `internal` if the option `user` returns %s", async (_, user) => {
    const { as, log } = await open(await createPlace(sqlite), { user: () => user as unknown as TestUser });
    expect(await as("ann").send("GET /invoice/42")).toMatchObject({ status: 500, body: { code: "internal" } });
    expect(log()).toMatch(/ user must /);
  });

  it("requirement 38: no user id gives a user the access of a visitor or an item", async () => {
    const user = (request: Request) => ({ id: request.headers.get("x-user") ?? "", invoices: {} });
    const { as } = await open(await createPlace(sqlite), { user, resources: { invoice: { may: () => true } } });
    const { upload } = (await as("ann").send("POST /invoice/42/uploads", { json: declared })).body;
    for (const id of ["visitor:ann", "application:ann", "item:ann"]) {
      expect(await as(id).send(`DELETE /uploads/${upload.id}`), id).toMatchObject({ status: 404 });
    }
  });

  it("a resource refuses files of types or sizes that it does not accept", async () => {
    const invoice = { may: mayInvoice, accept: ["application/pdf", "image/*"], maxBytes: 20 };
    const { as } = await open(await createPlace(sqlite), { resources: { invoice, other: { may: () => true } } });
    const ann = as("ann");
    const pdf = { filename: "a.pdf", contentType: "application/pdf" };
    expect(await ann.upload("/invoice/42", { ...pdf, text: "%PDF-1.7 small" })).toMatchObject({ status: 200 });
    expect(await ann.upload("/invoice/42", { ...pdf, text: "%PDF-1.7 too large here" })).toMatchObject({
      status: 413,
      body: { code: "file_too_large" },
    });
    expect(await ann.upload("/invoice/42")).toMatchObject({ status: 415, body: { code: "kind_not_accepted" } });
    expect(await ann.upload("/invoice/42", { ...pdf, text: "just text" })).toMatchObject({
      status: 422,
      body: { code: "upload_rejected" },
    });
    const picture = { filename: "a", contentType: "image/x-unknown" };
    expect(await ann.upload("/invoice/42", { ...picture, text: "%PDF-1.7 no picture" })).toMatchObject({ status: 422 });
    expect(await ann.upload("/other/1", { text: "much more than twenty bytes" })).toMatchObject({ status: 200 });
  });

  it("the expiry of a URL never exceeds the maximum of its resource", async () => {
    const brief = { may: () => true, urlTtlSeconds: 5 };
    const { as } = await open(await createPlace(sqlite), {
      resources: { brief, long: { may: () => true, urlTtlSeconds: 900 } },
    });
    const ann = as("ann");
    const ids = { brief: (await ann.upload("/brief/1")).body.id, long: (await ann.upload("/long/1")).body.id };
    expect(await ann.send(`GET /files/${ids.brief}/url`)).toMatchObject({ body: { expiresIn: 5 } });
    expect(await ann.send(`GET /files/${ids.long}/url?expiresIn=600`)).toMatchObject({ body: { expiresIn: 600 } });
    expect(await ann.send(`GET /files/${ids.brief}/url?expiresIn=6`)).toMatchObject({
      status: 400,
      body: { code: "expires_in_out_of_range" },
    });
  });
});
