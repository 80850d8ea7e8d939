import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { contrast, readableOn } from "./brand.ts";
import { describeConfig } from "./describe.ts";
import { startDirectory } from "./testing/start-directory.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const JPEG = Buffer.from("ffd8ffe000104a464946", "hex");
const WEBP = Buffer.from("RIFF\u0010\0\0\0WEBPVP8 ", "latin1");

let directory: ReturnType<typeof startDirectory>;
beforeEach(() => {
  directory = startDirectory();
});

function write(name: string, bytes: Buffer | string): string {
  writeFileSync(join(directory.workingDirectory, name), bytes);
  return name;
}

describe("the brand of a service", () => {
  test("by default, the service has the name Valet Key, no logo and no brand color", () => {
    expect(directory.load({}).config.brand).toEqual({ name: "Valet Key", logo: undefined, color: undefined });
  });

  test.each(["Example Files", "R&D", "Büro Müller", "ملفات المثال", "x".repeat(60)])(
    "BRAND_NAME accepts the name %s, which is also the sender of mails",
    (BRAND_NAME) => {
      const mail = { SMTP_URL: "smtp://localhost:1025", MAIL_FROM: "files@example.com" };
      const { config } = directory.load({ BRAND_NAME, ...mail });
      expect(config.brand.name).toBe(BRAND_NAME);
      expect(config.mail?.from.name).toBe(BRAND_NAME);
      expect(describeConfig(config)).toContain(`BRAND_NAME=${BRAND_NAME}`);
    },
  );

  test.each([
    "<b>Files</b>",
    "Files\u0007",
    "Files\r\nBcc: a@example.com",
    "\u202eselif",
    "\u200b\u2060",
    "\u3164",
    "x".repeat(61),
  ])("the service does not start with the wrong name BRAND_NAME=%j", (BRAND_NAME) => {
    const { faults } = directory.failure({ BRAND_NAME });
    expect(faults).toEqual([expect.objectContaining({ name: "BRAND_NAME", problem: expect.stringMatching(/< or >/) })]);
  });

  test.each([
    ["logo.png", PNG, "image/png"],
    ["logo.jpg", JPEG, "image/jpeg"],
    ["logo.webp", WEBP, "image/webp"],
    // The type comes from the first bytes, not from the filename.
    ["logo.svg", PNG, "image/png"],
  ])("BRAND_LOGO accepts the file %s because of its first bytes", (name, bytes, type) => {
    const { config } = directory.load({ BRAND_NAME: "Files", BRAND_LOGO: write(name, bytes) });
    const file = join(directory.workingDirectory, name);
    expect(config.brand.logo).toEqual({ file, type, bytes });
    expect(describeConfig(config)).toContain(`BRAND_LOGO=${file}`);
  });

  test.each([
    ["5 MB", Buffer.concat([PNG, Buffer.alloc(5_000_000)]), /has 5001 kB, more than 200 kB/],
    ["one byte over 200 kB", Buffer.concat([PNG, Buffer.alloc(200_001 - PNG.length)]), /has 201 kB/],
    ["an SVG with a script", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', /is an SVG/],
    ["an SVG after a declaration", '<?xml version="1.0"?>\n<!-- x -->\n<svg onload="alert(1)"/>', /is an SVG/],
    ["HTML", "<!doctype html><script>alert(1)</script>", /is neither PNG, JPEG nor WebP/],
    ["an empty file", "", /is neither PNG, JPEG nor WebP/],
  ])("the service does not start if the file of BRAND_LOGO is %s", (_, bytes, problem) => {
    const { faults } = directory.failure({ BRAND_NAME: "Files", BRAND_LOGO: write("logo.png", bytes) });
    expect(faults).toEqual([expect.objectContaining({ name: "BRAND_LOGO", problem: expect.stringMatching(problem) })]);
  });

  test.each([
    ["missing.png", /can't be read/],
    ["folder", /is not a file/],
    // Some devices never end, so the service reads no device.
    ["/dev/null", /is not a file/],
  ])("the service does not start if BRAND_LOGO is the path %s", (BRAND_LOGO, problem) => {
    mkdirSync(join(directory.workingDirectory, "folder"));
    const { faults } = directory.failure({ BRAND_NAME: "Files", BRAND_LOGO });
    expect(faults).toEqual([expect.objectContaining({ name: "BRAND_LOGO", problem: expect.stringMatching(problem) })]);
  });

  test("the service warns about BRAND_LOGO without BRAND_NAME", () => {
    const { warnings } = directory.load({ BRAND_LOGO: write("logo.png", PNG) });
    expect(warnings).toEqual([expect.stringMatching(/BRAND_LOGO is set without BRAND_NAME/)]);
  });

  test.each([
    ["#1A5FB4", "#1a5fb4"],
    ["#036", "#003366"],
    ["#767676", "#767676"],
  ])("BRAND_COLOR accepts the color %s", (BRAND_COLOR, color) => {
    const { config } = directory.load({ BRAND_COLOR });
    expect(config.brand.color).toBe(color);
    expect(describeConfig(config)).toContain(`BRAND_COLOR=${color}`);
  });

  test.each(["green", "#12345", "#1a5fb4;}body{display:none", "url(x)", "rgb(0,0,0)"])(
    "the service does not start with BRAND_COLOR=%s, which is not a color",
    (BRAND_COLOR) => {
      const { faults } = directory.failure({ BRAND_COLOR });
      expect(faults).toEqual([expect.objectContaining({ problem: `is "${BRAND_COLOR}", which is not a colour` })]);
    },
  );

  test.each([
    ["#f0c000", "1.7"],
    ["#ffffff", "1"],
    ["#777777", "4.4"],
  ])("the error about the light color BRAND_COLOR=%s suggests a darker color", (BRAND_COLOR, reached) => {
    const [fault] = directory.failure({ BRAND_COLOR }).faults;
    expect(fault?.problem).toBe(`is "${BRAND_COLOR}", whose contrast with white is ${reached}:1, less than 4.5:1`);
    const darker = /BRAND_COLOR=(#[0-9a-f]{6})/.exec(fault?.remedy ?? "")?.[1] ?? "";
    expect(directory.load({ BRAND_COLOR: darker }).config.brand.color).toBe(darker);
  });
});

test("the service lightens a dark brand color until it is readable in the dark theme", () => {
  for (const color of ["#000000", "#0000ff", "#17603a", "#8b0000"] as const) {
    expect(contrast(readableOn("#2a2825", { color, other: "#ffffff" }), "#2a2825")).toBeGreaterThanOrEqual(4.5);
  }
});
