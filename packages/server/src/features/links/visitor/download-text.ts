import type { Look } from "./look-at-link.ts";

type View = { look: Look | undefined; problem?: string; url: string };

/**
 * Returns a text for a terminal that describes a link and how to download its files. The text omits everything that people wrote, such as a
 * message, because it may contain control characters.
 */
export function downloadText({ look, problem, url }: View): string {
  const lines = problem === undefined ? [] : [problem, ""];
  if (look?.state === "locked" && look.by === "email") {
    lines.push("This link is for certain people. Open it in a browser, and prove your email address there.");
  } else if (look === undefined || look.state === "locked") {
    lines.push("This link has a password. Download the file with:", "", ...commands("password=…", url));
  } else if (look.link.kind === "upload") {
    lines.push("This link receives files. Open it in a browser.");
  } else {
    for (const { id, filename, sizeBytes } of look.files) lines.push(`${id}  ${filename}  ${sizeBytes} bytes`);
    const data = look.files.length > 1 ? "attachmentId=…" : "''";
    lines.push("", "Opening this page downloads and counts nothing. Download a file with:", "");
    lines.push(...commands(data, url));
  }
  return `${lines.join("\n")}\n`;
}

function commands(data: string, url: string): string[] {
  return [
    `  curl -OJL -d ${data} ${url}`,
    "",
    "Each run counts as one use. To repeat an interrupted one without another count, keep the cookie from the first run:",
    "",
    `  curl -OJL -b jar -c jar -d ${data} ${url}`,
  ];
}
