import { afterAll, describe, expect, it } from "vitest";
import { startEmbedded } from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { startDistribution } from "../../../packages/server/src/platform/bucket/testing/distribution.ts";
import { png, text } from "./testing/files.ts";
import { rowOf } from "./testing/note-files.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const bucket = await startEmbedded();
const distribution = await startDistribution(bucket);

afterAll(async () => {
  await distribution.stop();
  await bucket.stop();
});

describe("requirement 25: the web app in front of CloudFront", () => {
  const web = startWeb({
    env: {
      AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
      AWS_BUCKET_NAME: bucket.bucket,
      AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
      S3_ENDPOINT: bucket.endpoint,
      CLOUDFRONT_DOMAIN: distribution.target.distribution,
      CLOUDFRONT_KEY_PAIR_ID: distribution.target.keyPairId,
      CLOUDFRONT_PRIVATE_KEY: distribution.target.privateKey,
    },
  });

  it("the web app shows a picture and a text from CloudFront", async () => {
    const ann = await web.person("Ann");
    const note = await seedNote(ann.client, {
      title: "Files",
      files: [png("photo.png"), text("words.txt", "Plain words.")],
    });
    await ann.page.goto(`/n/${note.id}`);
    const dialog = ann.page.getByRole("dialog");
    await rowOf(ann, "photo.png").getByRole("button").first().click();
    const picture = dialog.getByRole("img", { name: "photo.png" });
    await picture.waitFor();
    expect(await picture.getAttribute("src")).toMatch(new RegExp(`^${distribution.target.distribution}/.*&Signature=`));
    expect(await picture.evaluate("(image) => image.decode()")).toBe(undefined);
    await ann.page.keyboard.press("ArrowRight");
    await dialog.getByText("Plain words.").waitFor();
    expect(distribution.requests.length).toBeGreaterThan(1);
  });
});
