import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { commandOf } from "../../testing/service.ts";

type Ended = { code: number | null; stdout: string; stderr: string };

/** The machine of a person, without a terminal: a home folder, and a working folder for the commands. */
export type Machine = {
  home: string;
  folder: string;
  run(args: string[], options?: { input?: string; env?: Record<string, string>; cwd?: string }): Promise<Ended>;
  start(args: string[]): { child: ChildProcess; ended: Promise<Ended> };
};

/** Makes a machine for one test. `env`: environment variables of all commands, such as `VALETKEY_TOKEN`. */
export async function makeMachine(env: Record<string, string> = {}): Promise<Machine> {
  const home = await mkdtemp(join(tmpdir(), "valetkey-terminal-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const folder = join(home, "work");
  await mkdir(folder);
  function start(args: string[], more: Record<string, string> = {}, cwd = folder) {
    const all = { PATH: process.env.PATH ?? "", HOME: home, ...env, ...more };
    const child = spawn(process.execPath, [...commandOf(), ...args], { cwd, env: all });
    const outputs = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { child, ended: outputs.then(([stdout, stderr]) => ({ code: child.exitCode, stdout, stderr })) };
  }
  return {
    home,
    folder,
    start,
    run(args, { input, env: more, cwd } = {}) {
      const { child, ended } = start(args, more, cwd);
      child.stdin?.end(input);
      return ended;
    },
  };
}
