import { describe, expect, it } from "vitest";
import { lookupQueries } from "../features/people/lookup-queries.ts";
import { apiTokenQueries } from "../features/tokens/queries.ts";
import { engines } from "../testing/database/test-databases.ts";
import { withQueries } from "../testing/database/with-queries.ts";
import { fileForm } from "../testing/form.ts";
import { tokenOf } from "../testing/service.ts";
import { startServiceInTest, useService } from "../testing/use-service.ts";
import { unknownId } from "../testing/world.ts";
import type { AppOptions } from "./app.ts";

const [engine] = engines as [(typeof engines)[number]];

const started = (app: Partial<AppOptions>) => startServiceInTest({ engine, app });

describe("requirement 25: the headers of every response", () => {
  const bucketOrigins = ["https://files.s3.eu-central-1.amazonaws.com"];

  it.each(["GET /", "GET /docs", "GET /nowhere", "PUT /me", "GET /healthz", "GET /activity", "GET /notes/%ZZ"])(
    "the response to %s has the security headers",
    async (call) => {
      const service = await started({ bucketOrigins });
      const { headers } = await service.anonymous.send(call);
      const policy = Object.fromEntries(
        String(headers["content-security-policy"])
          .split(";")
          .map((directive) => {
            const [name = "", ...sources] = directive.trim().split(" ");
            return [name, sources];
          }),
      );
      expect(policy["default-src"]).toEqual(["'self'"]);
      expect(policy["script-src"]).toEqual(["'self'"]);
      expect(policy["style-src"]).toEqual(["'self'"]);
      expect(policy["frame-ancestors"]).toEqual(["'none'"]);
      expect(policy["object-src"]).toEqual(["'none'"]);
      expect(policy["base-uri"]).toEqual(["'none'"]);
      for (const directive of ["connect-src", "img-src"]) {
        expect(policy[directive]).toEqual(expect.arrayContaining(["'self'", ...bucketOrigins]));
      }
      expect(policy["media-src"]).toEqual(["blob:", ...bucketOrigins]);
      expect(policy["frame-src"]).toEqual(["'none'"]);
      expect(String(headers["content-security-policy"])).not.toMatch(/unsafe|\*/);
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["x-frame-options"]).toBe("DENY");
      expect(headers["strict-transport-security"]).toMatch(/^max-age=31536000/);
      expect(headers["x-powered-by"]).toBeUndefined();
    },
  );

  it.each([
    "GET /me",
    "GET /notes",
    `GET /attachments/${unknownId()}/url`,
    `GET /attachments/${unknownId()}/download`,
    "POST /attachments/previews",
    "POST /attachments/urls",
    `POST /notes/${unknownId()}/uploads`,
    `POST /notes/${unknownId()}/attachments`,
    "GET /changes",
  ])("the Content-Security-Policy of %s permits nothing, because the response is data", async (call) => {
    const service = await started({ bucketOrigins });
    for (const client of [service.anonymous, service.as("ann")]) {
      const { headers } = await client.send(call, { json: {} });
      expect(headers["content-type"], call).toMatch(/^application\/(problem\+)?json/);
      expect(headers["content-security-policy"]).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["strict-transport-security"]).toMatch(/^max-age=31536000/);
    }
  });

  it("the service sets HSTS only if the public URL is HTTPS", async () => {
    const service = await started({ publicUrl: "http://localhost:3000" });
    const { headers } = await service.anonymous.send("GET /");
    expect(headers["strict-transport-security"]).toBeUndefined();
    expect(headers["content-security-policy"]).not.toContain("upgrade-insecure-requests");
  });
});

describe("requirement 26: absolute URLs are built from PUBLIC_URL", () => {
  const forged = {
    host: "evil.example",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "http",
    "x-forwarded-for": "6.6.6.6",
    forwarded: "host=evil.example;proto=http",
  };

  it.each([false, true])("absolute URLs do not depend on forged headers if trustProxy is %s", async (trustProxy) => {
    const service = await started({ trustProxy });
    for (const call of ["GET /", "GET /openapi.json", "GET /docs", "GET /me", "GET /nowhere"]) {
      const { text, headers } = await service.anonymous.send(call, { headers: forged });
      expect(text + JSON.stringify(headers), call).not.toMatch(/evil\.example/);
    }
    const welcome = await service.anonymous.send("GET /", { headers: forged });
    expect(welcome.body.docs).toBe("https://files.example.com/docs");
  });

  it("the service reads X-Forwarded-For only from a trusted proxy", async () => {
    const seen: string[] = [];
    const authenticate: AppOptions["authenticate"] = (request) => {
      seen.push(`${request.ip} ${request.host}`);
      return { userId: "ann" };
    };
    for (const trustProxy of [false, true]) {
      const service = await started({ trustProxy, authenticate });
      await service.anonymous.send("GET /me", { headers: { ...forged, host: "real.example" } });
    }
    expect(seen).toEqual(["127.0.0.1 real.example", "6.6.6.6 evil.example"]);
  });
});

describe("requirement 28: the log of a full run holds no secret", () => {
  const service = useService({ engine });
  const ann = service.as("ann");

  it("the log of successful, refused and failed requests contains no secret", async () => {
    const token = await tokenOf("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const { id } = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body;
    const { fileUrl } = (await ann.send(`GET /attachments/${id}/url`)).body;
    await ann.send(`GET /attachments/${id}/download`);
    await ann.send("POST /attachments/urls", { json: { attachmentIds: [id] } });
    const json = { filename: "a.txt", sizeBytes: 1, contentType: "text/plain" };
    const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
    const apiToken = (await ann.send("POST /tokens", { json: { label: "a" } })).body.token;
    const secretHeaders = { cookie: "session=cookie-secret-1", authorization: `Bearer ${apiToken}` };
    await service.anonymous.send(`GET /notes?token=query-secret-2&X-Amz-Signature=abcdef0123`, {
      headers: secretHeaders,
    });
    await service.anonymous.send(`GET /nowhere/${apiToken}?password=query-secret-3`, { headers: secretHeaders });
    await service.anonymous.send("GET /me", { headers: { authorization: `Bearer ${token}x` } });
    // An error that contains secrets, as other code could throw or log it.
    const leak = Object.assign(new Error(`GET ${fileUrl} failed for Bearer ${token}`), {
      cause: new Error(`Cookie: session=1; token ${apiToken}`),
      request: { headers: { authorization: `Bearer ${token}`, cookie: "session=cookie-secret-1" } },
      password: "hunter2",
    });
    service.app.log.error(
      { err: leak, url: upload.url, headers: secretHeaders, token: apiToken },
      `failed: ${fileUrl}`,
    );
    const log = service.log();
    expect(log).toContain('"route":"/attachments/:attachmentId/url"');
    expect(log).toContain('"userId":"ann"');
    const signature = new URL(fileUrl).searchParams.get("X-Amz-Signature") as string;
    const written = [signature, token, apiToken, "cookie-secret-1", "query-secret-2", "query-secret-3", "hunter2"];
    for (const secret of [...written, "abcdef0123"]) expect(log.includes(secret), secret).toBe(false);
    expect(log).not.toMatch(/X-Amz-(Signature|Credential|Security-Token)|Bearer (?!\[redacted\])/i);
    for (const line of log.trim().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe("requirement 32: a server error has only `internal` and a requestId", () => {
  it("the response to an internal error contains no stack trace, query or path", async () => {
    const cause = new Error("SELECT * FROM people WHERE id = 'ann' -- /srv/app/secret.ts");
    const service = await startServiceInTest({
      engine,
      wrap: {
        database: (db) => {
          const failing = { ...db, built: withQueries(db, lookupQueries, { person: () => Promise.reject(cause) }) };
          const list = () => {
            // The handler throws a value that is not an Error.
            throw { statusCode: 418, code: "FST_TEAPOT", message: "secret" };
          };
          return { ...failing, built: withQueries(failing, apiTokenQueries, { list }) };
        },
      },
    });
    const ann = service.as("ann");
    for (const call of ["GET /me", "GET /tokens"]) {
      const { status, text, body } = await ann.send(call);
      expect(status).toBe(500);
      expect(body).toEqual({
        type: "about:blank",
        title: "Internal error",
        status: 500,
        detail: "Something went wrong here.",
        code: "internal",
        message: "Something went wrong here.",
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(text).not.toMatch(/SELECT|secret|\.ts|at /);
      const line = service
        .log()
        .split("\n")
        .find((each) => each.includes(body.requestId) && each.includes('"level":50'));
      expect(line).toBeDefined();
    }
    // The log contains the whole error, but the response does not.
    expect(service.log()).toContain("SELECT * FROM people");
  });
});

describe("ids", () => {
  it.each(["1", "x".repeat(36), `${unknownId()}0`, "%00", "..%2f..%2fetc", "null"])(
    "a request with the malformed id %s returns 400",
    async (id) => {
      const service = await started({});
      const ann = service.as("ann");
      for (const path of [`/notes/${id}`, `/attachments/${id}`, `/uploads/${id}`]) {
        expect((await ann.send(`GET ${path}`)).body).toMatchObject({ status: 400, code: "invalid_request" });
      }
    },
  );

  it.each([
    ["1", 404],
    ["64b7f0c2a1d4e8f9b0c3d2e1", 404],
    ["x".repeat(255), 404],
    ["x".repeat(256), 400],
    ["%00", 400],
    ["%ud83d", 400],
  ])("GET /attachments/:id/url returns for the id %s the status %i", async (id, status) => {
    const ann = (await started({})).as("ann");
    const code = status === 404 ? "attachment_not_found" : "invalid_request";
    expect((await ann.send(`GET /attachments/${id}/url`)).body).toMatchObject({ status, code });
  });
});
