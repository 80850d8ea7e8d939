import type { Browser } from "playwright-core";
import type { Note } from "../../../../packages/client/src/index.ts";
import { pdf, png, text, wav } from "../testing/files.ts";
import { openPerson, type Person } from "../testing/person.ts";
import { seedNote } from "../testing/seed.ts";
import { type StartedWebService, startWebService } from "../testing/service.ts";

/** The services of the scenes, with users, notes and files that look real. */
export type World = {
  service: StartedWebService;
  /** A service without accounts. */
  emptyService: StartedWebService;
  /** The owner of the notes. */
  ann: Person;
  /** A user with whom Ann shares one note. */
  ben: Person;
  /** A new user without notes. */
  zoe: Person;
  full: Note;
  empty: Note;
  close(): Promise<void>;
};

const BODY = `The keys are handed over on **Friday at 10**, in front of the house.

## What is here

- the protocol, signed by both
- pictures of every room, taken on the last day
- the readings of the meters

| meter       | number    | reading |
| ----------- | --------- | ------: |
| electricity | 4711-0815 |  18 204 |
| cold water  | WZ-33871  |   241.7 |

> The cellar is still to be swept. Mr Brandt knows.

Questions: [the house rules](https://example.com/house-rules), or call \`+49 30 123456\`.
`;

/** The titles and texts of the notes, the oldest note first. */
const NOTES = {
  "Contract with Hofer & Sons": "Signed on 3 March. Ask Lena before you pass it on.",
  "Pictures of the summer fair": "Everybody who was there may have them.",
  "Tax return 2025": "The receipts are sorted by month.",
  "Minutes, 14 November": "Next meeting: 12 December at 18:00.",
  "Bicycle: invoice and frame number": "Bought at Rad & Tat, 899 euros.",
  "Recipes from Aunt Marta": "The plum cake needs an hour at 180 °C.",
  "Insurance, water damage in the bathroom": "Claim 2026-5512. The expert comes on Tuesday.",
  "Slides for Thursday": "",
  "Choir: scores for Advent": "Sopranos: pages 3 to 9.",
  "A title so long that no list has the room for all of it, not even on a wide screen": "",
};

/** Starts both services, and fills the first service with users, notes and files. */
export async function openWorld(browser: Browser): Promise<World> {
  const [service, emptyService] = [await startWebService({ USER_QUOTA_BYTES: "20MiB" }), await startWebService()];
  const person = (name: string) => openPerson(browser, { service, name, emailDomain: "example.com" });
  const [ann, ben, zoe] = [await person("Ann Keller"), await person("Ben Osei"), await person("Zoe Lindqvist")];
  for (const [title, body] of Object.entries(NOTES)) await seedNote(ann.client, { title, body });
  const empty = await seedNote(ann.client, { title: "" });
  const full = await seedFull(ann, { readers: [ben.id, zoe.id] });
  await seedNote(ben.client, {
    title: "Quarterly figures",
    body: "Preliminary, not to be passed on.",
    files: [pdf("Figures Q3.pdf", ["Figures of the third quarter", "Turnover 1.2 M"])],
    sharedWith: { userIds: [ann.id], role: "editor" },
  });
  // Makes events for the activity: Ben views and downloads files, and the service refuses a file to Zoe.
  const [protocol] = full.attachments;
  const ready = full.attachments.filter(({ state }) => state === "ready").map(({ id }) => id);
  await ben.client.urlsFor(ready, { purpose: "thumbnail" });
  if (protocol !== undefined) {
    await ben.client.urlFor(protocol.id, { disposition: "inline" });
    for (let times = 0; times < 3; times++) await ben.client.urlFor(protocol.id);
  }
  await ben.client.urlsFor(ready, { purpose: "zip" });
  await ann.client.shares.remove({ noteId: full.id }, (await zoe.client.me()).id);
  await zoe.client.urlFor(protocol?.id ?? "").catch(() => undefined);
  await ann.client.tokens.create({ label: "Nightly backup" });
  await seedLinks(ann, full);
  await seedTrash(ann);
  return {
    service,
    emptyService,
    ann,
    ben,
    zoe,
    full,
    empty,
    async close() {
      for (const { close } of [ann, ben, zoe]) await close();
      await Promise.all([service.stop(), emptyService.stop()]);
    },
  };
}

async function seedLinks({ client }: Person, { id, attachments }: Note): Promise<void> {
  const [protocol, kitchen] = attachments;
  const expiresAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
  await client.links.create(id, {
    kind: "upload",
    label: "Papers for the lease",
    expiresAt,
    request: {
      review: true,
      slots: [
        { id: "passport", name: "Passport", accept: ["image/*"] },
        { id: "payslip", name: "Payslip March", accept: ["application/pdf"] },
      ],
    },
  });
  const old = await client.links.create(id, { label: "For the former tenants" });
  await client.links.revoke(old.id);
  if (protocol !== undefined && kitchen !== undefined) {
    await client.links.create(id, { attachmentIds: [protocol.id, kitchen.id], expiresAt: null });
  }
  await client.links.create(id, {
    label: "For the new tenants",
    message: "The protocol and all pictures. Call me if anything is missing.",
    maxClaims: 5,
  });
}

async function seedFull({ client }: Person, { readers }: { readers: string[] }): Promise<Note> {
  const note = await seedNote(client, {
    title: "Handover of the flat, Lindenstraße 14",
    body: BODY,
    files: [
      pdf("Handover protocol, signed by both.pdf", ["Handover protocol", "Lindenstrasse 14, third floor", "14 keys"]),
      png("Kitchen.png", { width: 960, height: 640 }),
      png("Living room with the balcony door open.png", {
        width: 640,
        height: 960,
        from: [58, 44, 80],
        to: [236, 170, 140],
      }),
      text("Meter readings.txt", "electricity  18204\ncold water   241.7\nhot water    98.2\n"),
      wav("Voice memo.wav", { seconds: 3 }),
      text("a-name-that-nobody-would-choose-and-every-camera-makes_20261124_101501_HDR_export_final.txt", "x"),
    ],
    sharedWith: { userIds: readers },
  });
  // The service rejects this file, because its content is not a picture.
  const fake = { ...text("Bathroom.png", "<html><script>alert(1)</script></html>"), type: "image/png" };
  const { type, bytes, name } = fake;
  await client.upload(note.id, new File([new Uint8Array(bytes)], name, { type })).done.catch(() => undefined);
  return client.notes.get(note.id);
}

/** Moves a note with a file, and a file of another note, to the trash. */
async function seedTrash({ client }: Person): Promise<void> {
  const files = [text("The contract of the first flat, with all of its appendices.txt", "Signed.")];
  const note = await seedNote(client, { title: "Rental agreement 2019", files });
  await client.notes.remove(note.id);
  const { attachments } = await seedNote(client, { title: "Insurance", files });
  for (const { id } of attachments) await client.attachments.remove(id);
}
