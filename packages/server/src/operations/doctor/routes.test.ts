import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";
import { createEchoProof } from "./echo.ts";
import { CATALOGUE } from "./run.ts";

const SECRET = "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc";
const [engine] = engines as [(typeof engines)[number]];

describe("GET /admin/doctor", () => {
  const service = useService({ engine });

  it("GET /admin/doctor returns the report only to an administrator", async () => {
    await service.useCases.rememberPerson({ id: "root", email: undefined, name: undefined, isAdmin: true });
    const { status, body } = await service.as("root").send("GET /admin/doctor");
    expect({ status, worst: body.worst }).toEqual({ status: 200, worst: "healthy" });
    expect((await service.as("ann").send("GET /admin/doctor")).status).toBe(403);
    expect((await service.anonymous.send("GET /admin/doctor")).status).toBe(401);
  });
});

describe("GET /admin/doctor for a service with a fault", () => {
  const entry = { id: "disk-full", ...CATALOGUE["disk-full"], detail: "1 MiB of 2 MiB are free.", fix: [] };
  const urls = { put: { url: "https://bucket.example.com", headers: {} }, getUrl: "https://bucket.example.com" };
  const ran = { ranAt: "2026-01-01T12:00:00.000Z", provider: "aws", worst: "error" as const, checked: [] };
  const report = { ...ran, findings: [entry], unchecked: [], browser: urls };
  const service = useService({ engine, app: { doctor: { prove: () => undefined, examine: async () => report } } });

  it("the report of the doctor is in the language of the header Accept-Language", async () => {
    await service.useCases.rememberPerson({ id: "root", email: undefined, name: undefined, isAdmin: true });
    const root = service.as("root");
    const details = async (language: string) =>
      (await root.send("GET /admin/doctor", { headers: { "accept-language": language } })).body.findings[0].detail;
    expect(await details("de-AT, en;q=0.5")).toBe("1 MiB von 2 MiB sind frei.");
    expect(await details("en")).toBe(entry.detail);
    expect((await root.send("GET /admin/doctor")).body).toEqual(report);
  });
});

describe("POST /doctor/echo", () => {
  let now = Date.now();
  const proof = createEchoProof({ secret: SECRET, clock: () => now });
  const service = useService({
    engine,
    app: { doctor: { prove: proof.prove, examine: () => Promise.reject(new Error("not called")) } },
  });

  const send = (token: string) =>
    service.app.inject({
      method: "POST",
      url: "/doctor/echo",
      headers: {
        "x-valetkey-doctor": token,
        "content-type": "application/octet-stream",
        "x-forwarded-for": "203.0.113.7",
      },
      payload: Buffer.alloc(1_000),
    });

  it("POST /doctor/echo returns the received request to a caller who knows the secret", async () => {
    const token = proof.token();
    const echo = (await send(token)).json();
    expect(echo).toMatchObject({ forwardedFor: "203.0.113.7", ip: "127.0.0.1", trustedHops: 0, bytes: 1_000 });
    expect(proof.isFromService(token, echo.proof)).toBe(true);
    expect(proof.isFromService(`${token}x`, echo.proof)).toBe(false);
  });

  it("POST /doctor/echo returns 404 to a caller without the secret", async () => {
    const other = createEchoProof({ secret: "another-secret", clock: Date.now });
    for (const token of ["", "1.x", other.token()]) expect((await send(token)).statusCode).toBe(404);
  });

  it("POST /doctor/echo returns 404 for a token that is older than a minute", async () => {
    const token = proof.token();
    now += 61_000;
    expect((await send(token)).statusCode).toBe(404);
    now -= 61_000;
  });
});
