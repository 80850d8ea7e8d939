import { describe, expect, it } from "vitest";
import { createValetKey } from "../../index.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { createPlace, invoice42, open, optionsAt, type TestUser, users } from "./testing/embedding.ts";

describe.each(engines)("an embedding on $name", (engine) => {
  it("a user of an application that embeds Valet Key uploads and downloads a file", async () => {
    const { as } = await open(await createPlace(engine, { isNew: true }));
    const ann = as("ann");
    const completed = await ann.upload("/invoice/42");
    expect(completed).toMatchObject({
      status: 200,
      body: {
        resource: "invoice",
        itemId: "42",
        filename: "invoice.txt",
        state: "ready",
        createdBy: { id: "ann", name: "Ann", email: "ann@example.com" },
      },
    });
    const issued = await ann.send(`GET /files/${completed.body.id}/url`);
    expect(issued).toMatchObject({ status: 200, body: { expiresIn: 60 } });
    expect(await (await fetch(issued.body.fileUrl)).text()).toBe("the invoice");
    const redirect = await ann.send(`GET /files/${completed.body.id}/download`);
    expect(redirect.status).toBe(302);
    expect(await (await fetch(redirect.headers.get("location") ?? "")).text()).toBe("the invoice");
  });

  it("requirement 38: an embedded service refuses every request of a user without access", async () => {
    const { as } = await open(await createPlace(engine));
    const [ann, ben] = [as("ann"), as("ben")];
    const { id } = (await ann.upload("/invoice/42")).body;
    const refused = { status: 403, body: { code: "access_denied" } };
    for (const call of [
      "GET /invoice/42",
      `GET /files/${id}`,
      `GET /files/${id}/url`,
      `GET /files/${id}/download`,
      `DELETE /files/${id}`,
    ]) {
      expect(await ben.send(call), call).toMatchObject(refused);
    }
    expect(await ben.upload("/invoice/42")).toMatchObject(refused);
    const { upload } = (await ann.send("POST /invoice/42/uploads", { json: declared })).body;
    for (const call of [
      `GET /uploads/${upload.id}`,
      `POST /uploads/${upload.id}/complete`,
      `DELETE /uploads/${upload.id}`,
    ]) {
      expect(await ben.send(call), call).toMatchObject({ status: 404, body: { code: "upload_not_found" } });
    }
    expect(await ann.send("GET /invoice/42")).toMatchObject({ body: { items: [{ id }, { state: "pending" }] } });
  });

  it("a user who may only read an item can't upload or remove files", async () => {
    const { as } = await open(await createPlace(engine));
    const [ann, cleo] = [as("ann"), as("cleo")];
    const { id } = (await ann.upload("/invoice/42")).body;
    expect(await cleo.send(`GET /files/${id}/url`)).toMatchObject({ status: 200 });
    expect(await cleo.upload("/invoice/42")).toMatchObject({ status: 403 });
    expect(await cleo.send(`DELETE /files/${id}`)).toMatchObject({ status: 403 });
    expect(await ann.send(`DELETE /files/${id}`)).toMatchObject({ status: 204 });
    expect(await cleo.send(`GET /files/${id}/url`)).toMatchObject({
      status: 404,
      body: { code: "attachment_not_found" },
    });
  });

  it("an embedded service lists the files of an item in pages", async () => {
    const { files, as } = await open(await createPlace(engine));
    const ids: string[] = [];
    for (const text of ["a", "b", "c"]) ids.push((await as("ann").upload("/invoice/42", { text })).body.id);
    const first = await files.list(users.ann, invoice42, { limit: 2 });
    const rest = await files.list(users.ann, invoice42, { limit: 2, cursor: first.nextCursor ?? "" });
    expect([...first.files, ...rest.files].map(({ id }) => id)).toEqual(ids);
    expect(rest.nextCursor).toBeUndefined();
    const page = await as("ann").send("GET /invoice/42?limit=1");
    expect(page.body).toMatchObject({ items: [{ id: ids[0] }], nextCursor: expect.any(String) });
    await expect(files.list(users.ann, invoice42, { limit: 0 })).rejects.toBeInstanceOf(RangeError);
    await expect(files.list(users.ann, { resource: "invoice", itemId: 42 as never })).rejects.toThrow(
      "An item must be { resource, itemId } with two texts",
    );
    await expect(files.list(users.ann, invoice42, { cursor: "?" })).rejects.toMatchObject({ code: "invalid_cursor" });
  });

  it("TypeScript infers the type of the user in `may`", async () => {
    const place = await createPlace(engine);
    const { bucket, database } = optionsAt(place);
    const files = await createValetKey({
      bucket,
      database,
      user: async (request) => ({ id: request.headers.get("x-user") ?? "", isClerk: true }),
      resources: { invoice: { may: (user, action, id) => user.isClerk && action === "read" && id === "42" } },
    });
    const headers = { "x-user": "ann" };
    const answer = await files.fetch(new Request("https://app.example.com/files/invoice/42", { headers }));
    expect(answer.status).toBe(200);
    await files.close();
  });

  it("an HTTP request to an embedded service returns 401 if it has no user", async () => {
    const { as } = await open(await createPlace(engine));
    expect(await as("nobody").send("GET /invoice/42")).toMatchObject({
      status: 401,
      body: { code: "unauthenticated" },
    });
  });

  it("the application itself can list and remove a file that a user uploaded", async () => {
    const { files, as } = await open(await createPlace(engine));
    const { id } = (await as("ann").upload("/invoice/42")).body;
    const { files: listed } = await files.asApplication.list(invoice42);
    expect(listed).toMatchObject([{ id, resource: "invoice", itemId: "42", createdBy: "ann", state: "ready" }]);
    const { url, expiresAt } = await files.issueUrl(users.ann, id);
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
    expect(await (await fetch(url)).text()).toBe("the invoice");
    await expect(files.issueUrl(users.ben, id)).rejects.toMatchObject({ code: "access_denied" });
    await files.asApplication.remove(id);
    expect(await files.asApplication.list(invoice42)).toEqual({ files: [], nextCursor: undefined });
    await expect(files.asApplication.remove(id)).rejects.toMatchObject({ code: "attachment_not_found" });
  });

  it("the call close waits for the running calls of the application", async () => {
    const asked = Promise.withResolvers<void>();
    const decision = Promise.withResolvers<boolean>();
    const may = (_user: TestUser, action: string) => {
      if (action !== "read") return true;
      asked.resolve();
      return decision.promise;
    };
    const { files, as, close } = await open(await createPlace(engine), { resources: { invoice: { may } } });
    const { id } = (await as("ann").upload("/invoice/42")).body;
    const issuing = files.issueUrl(users.ann, id);
    const issued = expect(issuing).resolves.toMatchObject({ url: expect.any(String) });
    await asked.promise;
    const closing = close();
    // The decision of `may` arrives only after all other parts of the embedding are closed.
    setTimeout(() => decision.resolve(true), 200);
    await issued;
    await closing;
  });
});

const declared = { filename: "a.txt", contentType: "text/plain", sizeBytes: 3 };
