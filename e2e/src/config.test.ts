import { afterEach, describe, expect, it } from "vitest";
import { endOfCli, makePlace, type Place } from "./testing/service.ts";

const SECRETS = {
  AWS_SECRET_ACCESS_KEY: "4d2f6b9c1e8a7035d4c2b1a09f8e7d6c",
  AWS_SESSION_TOKEN: "session-token-of-a-role-0123456789",
  AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
  AUTH_JWT_SECRET: "c9La3Po6Iu1Ew4Yr7Tm5Zb2Vx0Qk8Js1",
};

describe("valetkey config", () => {
  let place: Place;
  afterEach(() => place.remove());

  it("valetkey config prints the effective settings with masked secrets", async () => {
    place = await makePlace({
      ...SECRETS,
      PORT: "4321",
      HOST: "",
      AWS_BUCKET_NAME: "files",
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKIAQWERTYUIOPASDFGH",
      DATABASE_URL: "postgres://service:opensesame@db.example.com/valet",
      URL_TTL_MAX: "900",
    });
    const { code, stdout, stderr } = await endOfCli(place, ["config"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        ...["PORT=4321", "HOST=127.0.0.1", "PUBLIC_URL=http://localhost:4321", "AUTH_SIGN_UP=open"],
        ...["AWS_BUCKET_NAME=files", "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=********DFGH"],
        ...[
          "URL_TTL_DEFAULT=60",
          "URL_TTL_MAX=900",
          "URL_TTL_MAX_SHARED=900",
          "URL_RATE_LIMIT=200",
          "UPLOAD_MAX_BYTES=5368709120",
        ],
        "DATABASE_URL=postgres://service:********@db.example.com/valet",
        "DATABASE_PREPARED=auto",
        ...Object.keys(SECRETS).map((name) => `${name}=********`),
      ]),
    );
    for (const secret of [...Object.values(SECRETS), "AKIAQWERTYUIOP", "opensesame"])
      expect(stdout).not.toContain(secret);
    for (const line of lines) expect(line).toMatch(/^[A-Z0-9_]+=/);
  });

  it("valetkey config reports every fault with its remedy, and exits with 1", async () => {
    place = await makePlace({ MAX_UPLOAD_BYTES: "1MiB" });
    const odd = await endOfCli(place, ["config"]);
    expect(odd.code).toBe(0);
    expect(odd.stderr).toMatch(/^Note: MAX_UPLOAD_BYTES is set but not read here: did you mean UPLOAD_MAX_BYTES\?$/m);
    expect(odd.stdout).toContain("UPLOAD_MAX_BYTES=5368709120");
    await place.remove();

    place = await makePlace({ PORT: "http", URL_TTL_MAX: "0", AUTH_JWT_SECRET: "secret" });
    const { code, stdout, stderr } = await endOfCli(place, ["config"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    for (const name of ["PORT", "URL_TTL_MAX", "AUTH_JWT_SECRET"]) expect(stderr).toMatch(new RegExp(`\\b${name} `));
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
