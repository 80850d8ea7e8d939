import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspect, startEmbedded } from "../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { signTestJwt } from "../../packages/server/src/testing/auth/test-jwt.ts";
import { endOfCli, makePlace, type Place, type RunningService, runCli, startProcess } from "./testing/service.ts";

const PAGE = readFileSync(resolve(import.meta.dirname, "../../docs/from-the-article.md"), "utf8");
const [OWNER, FRIEND, STRANGER] = [
  "64b7f0c2a1d4e8f9b0c3d2e1",
  "64b7f0c2a1d4e8f9b0c3d2e2",
  "64b7f0c2a1d4e8f9b0c3d2e3",
] as const;

/** The attachments in the database of the article's application, with their MongoDB ids, object keys and shares. */
const attachments: { _id: string; key: string; owner: string; sharedWith: string[] }[] = [
  { _id: "65a1c9d8e7f6b5a4c3d2e1f0", key: "uploads/report final.pdf", owner: OWNER, sharedWith: [FRIEND] },
  { _id: "65a1c9d8e7f6b5a4c3d2e1f1", key: "uploads/plan, draft.txt", owner: OWNER, sharedWith: [] },
  { _id: "65a1c9d8e7f6b5a4c3d2e1f2", key: "uploads/photo.png", owner: FRIEND, sharedWith: [OWNER, STRANGER] },
];

/** Signs a token as the article does: with only `userId`, and without an expiry. */
const articleToken = (userId: string) => signTestJwt({ userId, exp: undefined });

describe("docs/from-the-article.md, step by step", () => {
  let bucket: Awaited<ReturnType<typeof startEmbedded>>;
  let place: Place;
  let service: RunningService;

  beforeAll(async () => {
    bucket = await startEmbedded();
    for (const { key, _id } of attachments) {
      const object = { Bucket: bucket.bucket, Key: key, Body: _id, ContentType: "application/octet-stream" };
      await inspect(bucket).s3.send(new PutObjectCommand(object));
    }
    // The settings in step 2 of docs/from-the-article.md.
    const settings = [...PAGE.matchAll(/^ +(AUTH_JWT_\w+)=(\w+)$/gm)].map(([, name, value]) => [name, value]);
    expect(settings).toHaveLength(2);
    place = await makePlace({
      AWS_BUCKET_NAME: bucket.bucket,
      S3_ENDPOINT: `http://localhost:${bucket.port}`,
      AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
      AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
      ...Object.fromEntries(settings),
    });
    service = await startProcess(place);
    // The command in step 3 of docs/from-the-article.md.
    const [, arguments3 = ""] = /npx valetkey (user add .*)/.exec(PAGE) ?? [];
    await runCli(place, arguments3.split(" "));
    const lines = attachments.map(({ _id, key, owner, sharedWith }) => ({
      key,
      owner,
      oldId: _id,
      people: sharedWith,
    }));
    await writeFile(join(place.dataDir, "files.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  });
  afterAll(async () => {
    await service.stop();
    await bucket.stop();
    await place.remove();
  });

  /** Runs the command in step 5 of docs/from-the-article.md. */
  async function adoptList(...more: string[]) {
    const [, command = ""] = /npx valetkey (adopt --list .*)/.exec(PAGE) ?? [];
    const { code, stdout, stderr } = await endOfCli(place, [...command.split(" "), ...more]);
    const map = stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
    return { code, map, stderr };
  }
  async function get(path: string, userId: string) {
    const headers = { authorization: `Bearer ${await articleToken(userId)}` };
    const response = await fetch(service.url + path, { headers });
    return { status: response.status, body: (await response.json()) as { fileUrl: string; message: string } };
  }

  it("valetkey adopt keeps the owners, shares and old ids of an older application's files", async () => {
    const { code, map, stderr } = await adoptList();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "3 adopted, 0 adopted before, 0 with a problem.\n" });
    expect(map.map(({ oldId }) => oldId)).toEqual(attachments.map(({ _id }) => _id));
    for (const { _id, owner, sharedWith } of attachments) {
      for (const userId of [OWNER, FRIEND, STRANGER]) {
        const { status, body } = await get(`/attachments/${_id}/url`, userId);
        const may = userId === owner || sharedWith.includes(userId);
        expect([_id, userId, status], body.message).toEqual([_id, userId, may ? 200 : 403]);
        if (may) expect(await (await fetch(body.fileUrl)).text()).toBe(_id);
        else expect(body.message).toBe("Access denied");
      }
    }
    const unknown = await get("/attachments/65a1c9d8e7f6b5a4c3d2ffff/url", OWNER);
    expect(unknown).toMatchObject({ status: 404, body: { message: "Attachment not found" } });
  });

  it("a second run of valetkey adopt with the same list changes nothing", async () => {
    const first = await adoptList();
    expect(first.stderr).toBe("0 adopted, 3 adopted before, 0 with a problem.\n");
    expect((await adoptList()).map).toEqual(first.map);
    const more = { key: attachments[1]?.key, owner: OWNER, oldId: attachments[1]?._id, people: [STRANGER] };
    await writeFile(join(place.dataDir, "more.jsonl"), JSON.stringify(more));
    expect((await endOfCli(place, ["adopt", "--list", "more.jsonl", "--as", "admin@example.com"])).code).toBe(0);
    expect((await get(`/attachments/${attachments[1]?._id}/url`, STRANGER)).status).toBe(403);
  });

  it("valetkey adopt reports each line of a CSV list that has a problem", async () => {
    const object = { Bucket: bucket.bucket, Key: "old/a,b.txt", Body: "copied", ContentType: "text/plain" };
    await inspect(bucket).s3.send(new PutObjectCommand(object));
    const keys = (await inspect(bucket).keys()).length;
    const csv = [
      "key,owner,oldId,people,note",
      `"old/a,b.txt",${OWNER},7,${FRIEND} ${STRANGER},Old files`,
      `old/missing.txt,${OWNER},8,,`,
      `"old/a,b.txt",${OWNER},9,,`,
      `old/b.txt,nobody@example.com,10,,`,
    ];
    await writeFile(join(place.dataDir, "old.csv"), csv.join("\n"));
    const { code, stdout, stderr } = await endOfCli(place, [
      "adopt",
      "--list",
      "old.csv",
      "--copy",
      "--as",
      "admin@example.com",
    ]);
    expect(code).toBe(1);
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stderr).toMatch(
      /^Line 3: There is no such object.*\nLine 4: The object was adopted before, with the old id 7\..*\nLine 5: Nobody has the email address/,
    );
    expect(stderr).toContain("1 adopted, 0 adopted before, 3 with a problem.");
    expect((await inspect(bucket).keys()).length).toBe(keys + 1);
    const { fileUrl } = (await get("/attachments/7/url", STRANGER)).body;
    expect(await (await fetch(fileUrl)).text()).toBe("copied");
  });

  it("valetkey adopt refuses an object that already belongs to a file", async () => {
    const copied = (await inspect(bucket).keys()).find((key) => /^[0-9a-f]{44}$/.test(key));
    const { stdout } = await runCli(place, ["user", "add", "--email", "ben@example.com"]);
    expect(stdout).toContain("ben@example.com");
    await writeFile(join(place.dataDir, "own.jsonl"), JSON.stringify({ key: copied, owner: OWNER }));
    const { code, stderr } = await endOfCli(place, ["adopt", "--list", "own.jsonl", "--as", "admin@example.com"]);
    expect({ code, isNamed: stderr.includes("Valet Key made this key itself") }).toEqual({ code: 1, isNamed: true });
  });
});
