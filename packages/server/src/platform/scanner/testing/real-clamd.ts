import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { freePort } from "../../../wiring/free-port.ts";
import { EICAR } from "./eicar.ts";
import type { ClamdLimits, TestClamd } from "./stand-in.ts";

// Distributions install clamd in folders that are not in every PATH.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };

export function isClamdInstalled(): boolean {
  return spawnSync("clamd", ["--version"], { env }).status === 0;
}

/** Starts a real clamd whose only signature is the EICAR text. clamd finds this text anywhere in a file. */
export async function startRealClamd({ streamMaxBytes, fileMaxBytes }: ClamdLimits): Promise<TestClamd> {
  const directory = await mkdtemp(join(tmpdir(), "valetkey-clamd-"));
  await writeFile(join(directory, "test.ndb"), `Eicar-Test-Signature:0:*:${Buffer.from(EICAR).toString("hex")}\n`);
  const port = await freePort("127.0.0.1");
  const config = join(directory, "clamd.conf");
  await writeFile(
    config,
    [
      "Foreground yes",
      `DatabaseDirectory ${directory}`,
      `TemporaryDirectory ${directory}`,
      "TCPAddr 127.0.0.1",
      `TCPSocket ${port}`,
      `StreamMaxLength ${streamMaxBytes}`,
      "MaxThreads 2",
      "SelfCheck 0",
      ...(fileMaxBytes === undefined ? [] : [`MaxFileSize ${fileMaxBytes}`, "AlertExceedsMax yes"]),
    ].join("\n"),
  );
  const child = spawn("clamd", ["--config-file", config], { stdio: ["ignore", "pipe", "inherit"], env });
  const ended = once(child, "close");
  // This is the last line that clamd prints before it listens.
  await lineOf(child, /Self checking/);
  return {
    host: "127.0.0.1",
    port,
    async stop() {
      child.kill();
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Resolves when the process prints a line that matches `pattern`. Rejects if the process ends before it prints such a line. */
function lineOf(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    createInterface({ input: child.stdout as Readable }).on("line", (line) => {
      lines.push(line);
      if (pattern.test(line)) resolve();
    });
    child.once("close", () => reject(new Error(`clamd did not start:\n${lines.join("\n")}`)));
  });
}
