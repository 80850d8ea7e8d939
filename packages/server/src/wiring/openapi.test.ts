import { TOTP } from "otpauth";
import { Check, Errors } from "typebox/value";
import { beforeAll, describe, expect, it } from "vitest";
import { peopleQueries } from "../features/people/queries.ts";
import { createAuthenticator } from "../testing/auth/authenticator.ts";
import { engines } from "../testing/database/test-databases.ts";
import { useService } from "../testing/use-service.ts";

const [engine] = engines as [(typeof engines)[number]];
const METHODS = ["get", "put", "post", "delete", "patch"];

// The routes that the OpenAPI document must list.
const contract = [
  "get /notes",
  "post /notes",
  "get /notes/{noteId}",
  "patch /notes/{noteId}",
  "put /notes/{noteId}/pin",
  "delete /notes/{noteId}/pin",
  "put /notes/{noteId}/seen",
  "delete /notes/{noteId}",
  "get /notes/{noteId}/attachments",
  "post /notes/{noteId}/attachments",
  "post /notes/{noteId}/uploads",
  "post /notes/{noteId}/uploads/batch",
  "post /uploads/complete",
  "get /uploads/{uploadId}",
  "post /uploads/{uploadId}/parts",
  "post /uploads/{uploadId}/complete",
  "delete /uploads/{uploadId}",
  "get /s3/params",
  "post /s3/multipart",
  "get /s3/multipart/{uploadId}",
  "get /s3/multipart/{uploadId}/{partNumber}",
  "get /s3/multipart/{uploadId}/batch",
  "post /s3/multipart/{uploadId}/complete",
  "delete /s3/multipart/{uploadId}",
  "get /s3/sts",
  "get /attachments",
  "get /attachments/{attachmentId}",
  "patch /attachments/{attachmentId}",
  "put /attachments/{attachmentId}/seen",
  "delete /attachments/{attachmentId}",
  "post /attachments/{attachmentId}/review",
  "post /attachments/{attachmentId}/move",
  "post /attachments/{attachmentId}/copy",
  "post /attachments/move-effects",
  "get /attachments/{attachmentId}/url",
  "post /attachments/previews",
  "post /attachments/previews/complete",
  "post /attachments/urls",
  "get /attachments/{attachmentId}/download",
  "put /notes/{noteId}/shares",
  "get /notes/{noteId}/shares",
  "delete /notes/{noteId}/shares/{userId}",
  "put /attachments/{attachmentId}/shares",
  "get /attachments/{attachmentId}/shares",
  "delete /attachments/{attachmentId}/shares/{userId}",
  "post /notes/{noteId}/links",
  "get /me/mail-preferences",
  "put /me/mail-preferences",
  "get /unsubscribe/{token}",
  "post /unsubscribe/{token}",
  "post /notes/{noteId}/access-requests",
  "get /notes/{noteId}/access-requests",
  "put /notes/{noteId}/access-requests/{userId}",
  "delete /notes/{noteId}/access-requests/{userId}",
  "post /invitations/look",
  "post /invitations/redeem",
  "patch /invitations/{invitationId}",
  "delete /invitations/{invitationId}",
  "get /notes/{noteId}/links",
  "post /attachments/{attachmentId}/links",
  "get /attachments/{attachmentId}/links",
  "get /links",
  "get /links/{linkId}",
  "patch /links/{linkId}",
  "delete /links/{linkId}",
  "get /links/{linkId}/events",
  "get /links/{linkId}/mails",
  "post /links/{linkId}/mails",
  "get /notes/{noteId}/activity",
  "get /notes/{noteId}/activity/downloads",
  "get /trash",
  "post /trash/notes/{noteId}/restore",
  "post /trash/attachments/{attachmentId}/restore",
  "delete /trash/notes/{noteId}",
  "delete /trash/attachments/{attachmentId}",
  "get /changes",
  "get /activity",
  "get /activity/downloads",
  "get /me",
  "get /usage",
  "post /token-requests",
  "post /token-requests/state",
  "post /token-requests/look",
  "post /token-requests/answer",
  "get /tokens",
  "post /tokens",
  "delete /tokens",
  "delete /tokens/{tokenId}",
  "get /webhooks",
  "post /webhooks",
  "patch /webhooks/{webhookId}",
  "delete /webhooks/{webhookId}",
  "post /webhooks/{webhookId}/secret",
  "post /webhooks/{webhookId}/test",
  "get /webhooks/{webhookId}/deliveries",
  "post /webhooks/{webhookId}/deliveries/{deliveryId}/retry",
  "get /admin/webhooks",
  "post /admin/webhooks",
  "patch /admin/webhooks/{webhookId}",
  "delete /admin/webhooks/{webhookId}",
  "post /admin/webhooks/{webhookId}/secret",
  "post /admin/webhooks/{webhookId}/test",
  "get /admin/webhooks/{webhookId}/deliveries",
  "post /admin/webhooks/{webhookId}/deliveries/{deliveryId}/retry",
  "get /admin/doctor",
  "get /admin/invitations",
  "post /admin/invitations",
  "post /admin/invitations/{invitationId}/renew",
  "delete /admin/invitations/{invitationId}",
  "get /admin/policy",
  "put /admin/policy/{name}",
  "delete /admin/policy/{name}",
  "get /admin/links",
  "delete /admin/links/{linkId}",
  "get /admin/mails",
  "post /admin/mails/{mailId}/retry",
  "get /admin/log",
  "get /admin/people",
  "patch /admin/people/{userId}",
  "delete /admin/people/{userId}",
  "post /admin/people/{userId}/reset-link",
  "get /instance",
  "post /auth/sign-up/email",
  "post /auth/sign-in/email",
  "post /auth/sign-out",
  "get /auth/get-session",
  "post /auth/update-user",
  "post /auth/change-password",
  "post /auth/request-password-reset",
  "post /auth/check-password-reset",
  "post /auth/reset-password",
  "post /auth/request-email-proof",
  "post /auth/prove-email",
  "post /auth/request-email-change",
  "post /auth/confirm-email-change",
  "get /auth/second-factor",
  "post /auth/second-factor/start",
  "post /auth/second-factor/confirm",
  "post /auth/second-factor/remove",
  "post /auth/second-factor/recovery-codes",
  "get /auth/passkeys",
  "post /auth/passkeys/start",
  "post /auth/passkeys/add",
  "post /auth/passkeys/rename",
  "post /auth/passkeys/remove",
  "post /auth/sign-in/passkey/start",
  "post /auth/sign-in/passkey",
  "get /auth/account-contents",
  "post /auth/delete-account",
  "get /auth/list-sessions",
  "post /auth/revoke-session",
  "post /auth/revoke-other-sessions",
  "post /auth/revoke-sessions",
  "get /public/links/{token}",
  "post /public/links/{token}/unlock",
  "post /public/links/{token}/codes",
  "post /public/links/{token}/email",
  "post /public/links/{token}/claims",
  "post /public/links/{token}/previews",
  "post /public/links/{token}/claims/{claimId}/urls",
  "post /public/links/{token}/uploads",
  "post /public/links/{token}/uploads/batch",
  "post /public/links/{token}/uploads/complete",
  "get /public/links/{token}/uploads",
  "get /public/links/{token}/uploads/{uploadId}",
  "post /public/links/{token}/uploads/{uploadId}/parts",
  "post /public/links/{token}/uploads/{uploadId}/complete",
  "delete /public/links/{token}/uploads/{uploadId}",
  "get /public/links/{token}/receipts/{uploadId}",
  "post /receipts/verify",
  "get /receipts/key",
  "get /s/{token}/download",
  "post /s/{token}/download",
  "get /healthz",
  "get /readyz",
  "get /metrics",
];

type Operation = {
  operationId?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: object }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: object }> };
  security?: object[];
  responses: Record<string, { description: string; content?: Record<string, { schema: { $ref?: string } }> }>;
};

describe("the OpenAPI document", () => {
  // biome-ignore lint/suspicious/noExplicitAny: the document is checked member by member
  let document: any;
  const service = useService({ engine, hasAccounts: true });
  beforeAll(async () => {
    document = (await service.anonymous.send("GET /openapi.json")).body;
  });

  const operations = (): [string, Operation][] =>
    Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
    );

  /** Returns a schema in which each reference is replaced by the named schema. */
  function withoutReferences(schema: unknown): object {
    return JSON.parse(JSON.stringify(schema), (_, value) => {
      const name = value?.$ref?.replace("#/components/schemas/", "");
      return name === undefined ? value : withoutReferences(document.components.schemas[name]);
    });
  }

  it("the pages at /docs show the OpenAPI document", async () => {
    const [served, ofPages] = await Promise.all(
      ["GET /openapi.json", "GET /docs/json"].map((call) => service.anonymous.send(call)),
    );
    expect(served?.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(ofPages?.text).toBe(served?.text);
  });

  it("the OpenAPI document is valid OpenAPI 3.1", () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: "Valet Key", version: expect.any(String) });
    expect(document.servers).toEqual([{ url: "https://files.example.com" }]);
    for (const [call, operation] of operations()) {
      const [method, path] = call.split(" ") as [string, string];
      expect(METHODS).toContain(method);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(declared.map(({ name }) => name).sort(), call).toEqual(inPath.sort());
      for (const parameter of operation.parameters ?? []) expect(parameter.schema, call).toBeDefined();
      for (const parameter of declared) expect(parameter.required, call).toBe(true);
      for (const response of Object.values(operation.responses)) expect(response.description, call).not.toBe("");
    }
    const described = document.tags.map(({ name }: { name: string }) => name);
    const used = new Set(operations().flatMap(([, operation]) => (operation as { tags?: string[] }).tags));
    expect([...used].sort()).toEqual([...described].sort());
    const descriptions = operations().flatMap(([, { responses }]) => Object.values(responses));
    expect(descriptions.map(({ description }) => description)).not.toContain("Default Response");
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("every reference in the OpenAPI document has a target", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      const steps = String(reference).replace(/^#\//, "").split("/");
      let node = document;
      for (const step of steps) node = node?.[step];
      expect(node, reference).toBeDefined();
    }
  });

  it("the body schemas of the OpenAPI document have names", () => {
    const bodies = operations().flatMap(([, { requestBody, responses }]) =>
      [requestBody, responses["200"], responses["201"]].flatMap(
        (body) => body?.content?.["application/json"]?.schema ?? [],
      ),
    );
    expect(bodies.length).toBeGreaterThan(200);
    expect(bodies.filter((schema) => "type" in schema && schema.type === "object")).toEqual([]);
    const named = (path: string, status: string) =>
      document.paths[path].get.responses[status].content["application/json"].schema;
    expect(named("/attachments/{attachmentId}", "200")).toEqual({ $ref: "#/components/schemas/Attachment" });
    expect(named("/notes", "200")).toEqual({ $ref: "#/components/schemas/NotePage" });
    const { schemas } = document.components;
    expect(schemas.NotePage.properties.items.items).toEqual({ $ref: "#/components/schemas/NoteSummary" });
    expect(Object.keys(schemas).filter((name) => !/^[A-Z][A-Za-z0-9]+$/.test(name))).toEqual([]);
  });

  it("the OpenAPI document lists exactly the routes of the contract", () => {
    const listed = operations().map(([call]) => call);
    expect([...listed].sort()).toEqual([...contract].sort());
    for (const call of contract) {
      const [method = "", path = ""] = call.split(" ");
      const url = path.replaceAll(/\{(\w+)\}/g, ":$1");
      expect(service.app.hasRoute({ method: method.toUpperCase() as "GET", url }), call).toBe(true);
    }
  });

  it("every operation of the OpenAPI document describes its errors and bodies", () => {
    for (const [call, operation] of operations()) {
      const refusal = operation.responses.default?.content?.["application/problem+json"]?.schema;
      expect(refusal, call).toEqual({ $ref: "#/components/schemas/Problem" });
    }
    const attach = document.paths["/notes/{noteId}/attachments"].post;
    expect(Object.keys(attach.requestBody.content)).toEqual(["multipart/form-data", "application/json"]);
    const created = document.paths["/notes"].post;
    expect(withoutReferences(created.requestBody.content["application/json"].schema)).toMatchObject({
      required: ["title"],
    });
    expect(document.paths["/notes/{noteId}"].delete.responses["204"].content).toBeUndefined();
  });

  it("every operation of the OpenAPI document describes its authentication", () => {
    expect(document.components.securitySchemes).toMatchObject({
      bearer: { type: "http", scheme: "bearer" },
      session: { type: "apiKey", in: "cookie", name: "__Host-valetkey.session_token" },
    });
    expect(document.security).toEqual([{ bearer: [] }, { session: [] }]);
    const resets = ["request-password-reset", "check-password-reset", "reset-password"];
    const signIns = ["sign-in/email", "sign-in/passkey/start", "sign-in/passkey"];
    const paths = ["sign-up/email", ...signIns, ...resets];
    const accounts = ["get /instance", ...paths.map((path) => `post /auth/${path}`)];
    const receipts = ["post /receipts/verify", "get /receipts/key"];
    const requests = ["post /token-requests", "post /token-requests/state"];
    const open = [...contract.slice(-3), ...accounts, ...receipts, "post /invitations/look", ...requests];
    const withCookieOrWithout = ["post /auth/sign-out", "get /auth/get-session"];
    for (const [call, { security }] of operations()) {
      if (open.includes(call) || call.includes("{token}")) expect(security, call).toEqual([]);
      else if (withCookieOrWithout.includes(call)) expect(security, call).toEqual([{}, { session: [] }]);
      else expect(security, call).toEqual(call.includes("/auth/") ? [{ session: [] }] : undefined);
    }
  });

  it("every account operation of the OpenAPI document describes its bodies", async () => {
    const { anonymous } = service;
    const password = "correct horse battery";
    const person = { email: "ann@example.com", name: "Ann", password };
    async function ask(call: string, options: { json?: object; cookie?: string } = {}) {
      const [method = "", path = ""] = call.split(" ");
      const operation: Operation = document.paths[path][method.toLowerCase()];
      const takes = operation.requestBody?.content["application/json"]?.schema;
      expect(takes === undefined, call).toBe(options.json === undefined);
      if (takes !== undefined) expect(Check(withoutReferences(takes), options.json), call).toBe(true);
      const headers = { origin: "https://files.example.com", ...(options.cookie && { cookie: options.cookie }) };
      const answer = await anonymous.send(call, { headers, ...(options.json && { json: options.json }) });
      expect([call, answer.status]).toEqual([call, 200]);
      const described = operation.responses["200"]?.content?.["application/json"]?.schema;
      expect(described, call).toBeDefined();
      const schema = withoutReferences(described);
      expect([...Errors(schema, answer.body)], `${call}: ${answer.text}`).toEqual([]);
      // No response has undocumented members, except the options of WebAuthn, whose members are in the WebAuthn specification.
      const listed = JSON.stringify(schema);
      if (listed.includes('"additionalProperties":{}')) return { ...answer, cookie: "" };
      for (const [, member] of answer.text.matchAll(/"(\w+)":/g)) expect(listed, call).toContain(`"${member}":`);
      return { ...answer, cookie: String([answer.headers["set-cookie"]].flat()[0]).split(";")[0] ?? "" };
    }
    await ask("GET /auth/get-session");
    await ask("POST /auth/sign-up/email", { json: person });
    const { cookie } = await ask("POST /auth/sign-in/email", { json: { email: person.email, password } });
    await ask("GET /auth/get-session", { cookie });
    await ask("POST /auth/update-user", { cookie, json: { name: "Anna" } });
    const sessions = (await ask("GET /auth/list-sessions", { cookie })).body;
    await ask("POST /auth/revoke-session", { cookie, json: { token: sessions[0].token } });
    const signedIn = await ask("POST /auth/sign-in/email", { json: { email: person.email, password } });
    const change = { currentPassword: password, newPassword: "another horse battery" };
    const changed = await ask("POST /auth/change-password", { cookie: signedIn.cookie, json: change });
    await askForSafety(changed.cookie, change.newPassword);
    await ask("POST /auth/revoke-other-sessions", { cookie: changed.cookie });
    await ask("POST /auth/revoke-sessions", { cookie: changed.cookie });
    await ask("POST /auth/sign-out", { cookie: changed.cookie });
    const { id = "" } = (await peopleQueries(service.db).findByEmails([person.email]))[0] ?? {};
    const { token } = await service.useCases.makeResetLink(undefined, id);
    await ask("POST /auth/check-password-reset", { json: { token } });
    const { cookie: again } = await ask("POST /auth/reset-password", { json: { token, newPassword: password } });
    const json = { password };
    await ask("POST /auth/delete-account", { cookie: again, json });
    const kept = { email: person.email, password, keepAccount: true };
    await ask("POST /auth/sign-in/email", { json: kept });

    async function askForSafety(cookie: string, password: string) {
      const json = { password };
      await ask("GET /auth/second-factor", { cookie });
      const { secret } = (await ask("POST /auth/second-factor/start", { cookie, json })).body;
      const code = new TOTP({ secret }).generate();
      await ask("POST /auth/second-factor/confirm", { cookie, json: { code } });
      await ask("POST /auth/second-factor/recovery-codes", { cookie, json });
      await ask("POST /auth/second-factor/remove", { cookie, json });
      const { challenge } = (await ask("POST /auth/passkeys/start", { cookie, json })).body;
      const passkey = createAuthenticator();
      const added = { name: "Laptop", response: passkey.create({ challenge }) };
      const { id } = (await ask("POST /auth/passkeys/add", { cookie, json: added })).body;
      const start = (await ask("POST /auth/sign-in/passkey/start")).body;
      await ask("POST /auth/sign-in/passkey", { json: { response: passkey.get({ challenge: start.challenge }) } });
      await ask("GET /auth/passkeys", { cookie });
      await ask("POST /auth/passkeys/rename", { cookie, json: { id, name: "Old phone" } });
      await ask("POST /auth/passkeys/remove", { cookie, json: { id } });
      await ask("GET /auth/account-contents", { cookie });
    }
  });

  it("the OpenAPI document describes the range and the default of expiresIn", () => {
    const range = { type: "integer", minimum: 1, maximum: 43_200, default: 60 };
    for (const path of ["/attachments/{attachmentId}/url", "/attachments/{attachmentId}/download"]) {
      const { parameters } = document.paths[path].get as Operation;
      expect(parameters?.find(({ name }) => name === "expiresIn")).toMatchObject({ in: "query", schema: range });
    }
    const batch = document.paths["/attachments/urls"].post.requestBody.content["application/json"].schema;
    expect(withoutReferences(batch)).toMatchObject({ properties: { expiresIn: range }, required: ["attachmentIds"] });
  });

  it("the OpenAPI document requires a body if the body has a required member", () => {
    const withBody = operations().filter(([, { requestBody }]) => requestBody !== undefined);
    const optional = withBody.filter(([, { requestBody }]) => requestBody?.required !== true).map(([call]) => call);
    expect(optional.toSorted()).toEqual([
      "post /public/links/{token}/claims",
      "post /public/links/{token}/claims/{claimId}/urls",
      "post /public/links/{token}/uploads/{uploadId}/complete",
      "post /s/{token}/download",
      "post /uploads/{uploadId}/complete",
    ]);
    expect(JSON.stringify(document)).not.toContain("x-body");
  });

  it("requirement 32: paths below /docs that leave its folder return 404", async () => {
    for (const path of ["/docs/static/%2e%2e/%2e%2e/package.json", "/docs/static/..%2f..%2fpackage.json"]) {
      const { body } = await service.anonymous.send(`GET ${path}`);
      expect(body, path).toMatchObject({ status: 404, code: "not_found" });
    }
    expect(service.log()).not.toContain("stack");
  });

  it("the pages at /docs have no inline scripts or styles", async () => {
    for (const path of ["/docs", "/docs/"]) {
      const page = await service.anonymous.send(`GET ${path}`);
      expect(page.status).toBe(200);
      expect(page.text).not.toMatch(/<script(?![^>]* src=)[^>]*>|<style|\son\w+=|style=/i);
      expect(page.headers["content-security-policy"]).toContain("script-src 'self';");
      for (const [, source] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
        const asset = await service.anonymous.send(`GET ${new URL(String(source), `http://x${path}`).pathname}`);
        expect(asset.status, source).toBe(200);
      }
    }
  });
});
