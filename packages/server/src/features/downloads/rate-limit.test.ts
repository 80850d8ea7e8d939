import { beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { startServiceInTest, stopClock, useService } from "../../testing/use-service.ts";
import { unknownId } from "../../testing/world.ts";

describe.each(engines)("requirement 30: rate limits of one person, on $name", (engine) => {
  const service = useService({
    engine,
    limits: { urlRate: { perSecond: 0.1, burst: 1_000 }, uploadRate: { perSecond: 0.1, burst: 4 } },
  });

  beforeEach(stopClock);

  async function openFile(userId: string): Promise<{ noteId: string; id: string }> {
    const noteId = (await service.as(userId).send("POST /notes", { json: { title: "Files" } })).body.id;
    return {
      noteId,
      id: (await service.as(userId).send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body.id,
    };
  }

  it("one rate limit counts single URLs, downloads and the URLs of batches", async () => {
    const { id } = await openFile("ann");
    const ann = service.as("ann");
    const batch = (size: number) =>
      ann.send("POST /attachments/urls", { json: { attachmentIds: Array.from({ length: size }, () => unknownId()) } });
    expect((await batch(998)).status).toBe(200);
    expect((await ann.send(`GET /attachments/${id}/url`)).status).toBe(200);
    expect((await ann.send(`GET /attachments/${id}/download`)).status).toBe(302);
    for (const answer of [await ann.send(`GET /attachments/${id}/url`), await batch(2)]) {
      expect(answer).toMatchObject({ status: 429, body: { code: "rate_limited" } });
      const retryAfter = Number(answer.headers["retry-after"]);
      expect(retryAfter).toBeGreaterThan(0);
      expect(retryAfter).toBeLessThanOrEqual(20);
    }
    service.advance(10_000);
    expect((await ann.send(`GET /attachments/${id}/url`)).status).toBe(200);
  });

  it("the requests of a stranger do not use the owner's rate limit of URLs", async () => {
    const { id } = await openFile("bob");
    const attachmentIds = Array.from({ length: 1_000 }, () => id);
    await service.as("eve").send("POST /attachments/urls", { json: { attachmentIds } });
    expect((await service.as("eve").send(`GET /attachments/${id}/url`)).status).toBe(429);
    expect((await service.as("bob").send(`GET /attachments/${id}/url`)).status).toBe(200);
  });

  it("one rate limit counts upload starts and form uploads", async () => {
    const { noteId } = await openFile("carl");
    const carl = service.as("carl");
    const json = { filename: "a.bin", sizeBytes: 1, contentType: "application/x-any" };
    const start = () => carl.send(`POST /notes/${noteId}/uploads`, { json });
    for (let nth = 0; nth < 3; nth += 1) expect((await start()).status).toBe(201);
    for (const answer of [await start(), await carl.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })]) {
      expect(answer).toMatchObject({ status: 429, body: { code: "rate_limited" } });
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    }
    service.advance(10_000);
    expect((await start()).status).toBe(201);
  });

  it("a service without rate limits refuses no request", async () => {
    const { as } = await startServiceInTest({ engine });
    const attachmentIds = Array.from({ length: 1_000 }, () => unknownId());
    for (let nth = 0; nth < 10; nth += 1) {
      expect((await as("dora").send("POST /attachments/urls", { json: { attachmentIds } })).status).toBe(200);
    }
  });
});
