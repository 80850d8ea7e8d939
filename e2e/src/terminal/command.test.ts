import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { commandOf } from "../testing/service.ts";
import { makeMachine } from "./testing/terminal.ts";

const MANIFEST = resolve(import.meta.dirname, "../../../packages/valetkey/package.json");
const has = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).status === 0;

describe("the valetkey command", () => {
  it("valetkey --version prints the version of the package", async () => {
    const machine = await makeMachine();
    const { version } = JSON.parse(readFileSync(MANIFEST, "utf8"));
    expect(await machine.run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("a command whose standard output is closed ends without a stack trace", async () => {
    const command = [process.execPath, ...commandOf(), "completion", "bash"];
    const { status, stderr } = spawnSync("bash", ["-c", 'exec 3> >(true); wait $!; "$@" >&3', "bash", ...command]);
    expect([status, String(stderr)]).toEqual([1, ""]);
  });

  it("the error for a misspelt command suggests the right command", async () => {
    const machine = await makeMachine();
    for (const [wrong, right] of [
      ["sned", "send"],
      ["strat", "start"],
      ["toekn", "token"],
    ] as const) {
      const { code, stderr } = await machine.run([wrong]);
      expect([code, stderr]).toEqual([1, `error: unknown command '${wrong}'\n(Did you mean ${right}?)\n`]);
    }
    const option = await machine.run(["send", "--expire", "7d", "a.txt"]);
    expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean --expires?") });
  });

  it.each([
    ["send", ""],
    ["send", "a.txt", "--password", ""],
    ["send", "a.txt", "--password="],
    ["send", "a.txt", "--note", ""],
    ["get", "https://files.example.com/s/a", "-o", ""],
    ["login", "https://files.example.com", "--token", ""],
  ])("the valetkey command refuses an empty argument (valetkey %s %s %s %s)", async (...args) => {
    const machine = await makeMachine({ VALETKEY_URL: "http://127.0.0.1:1", VALETKEY_TOKEN: "vk_a" });
    await writeFile(join(machine.folder, "a.txt"), "a");
    const refused = await machine.run(args);
    expect(refused).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("An argument is empty") });
  });

  it.each([
    ["local_files", 6, "nothere.txt does not exist.", ["send", "nothere.txt"]],
    ["connection", 5, "No answer from http://127.0.0.1:1. Is the service running?", ["get", "http://127.0.0.1:1/s/a"]],
    ["usage", 2, "error: unknown option '--expire'\n(Did you mean --expires?)", ["send", "a.txt", "--expire", "7d"]],
    ["usage", 2, "The password of a link must have at least 6 characters.", ["send", "a.txt", "--password=abc"]],
  ])(
    "with --json, a failed command prints its error code and its message (%s)",
    async (code, exitCode, message, args) => {
      const machine = await makeMachine({ VALETKEY_URL: "http://127.0.0.1:1", VALETKEY_TOKEN: "vk_a" });
      const failed = await machine.run([...args, "--json"]);
      expect(failed).toMatchObject({ code: exitCode, stderr: `${message}\n` });
      expect(JSON.parse(failed.stdout)).toEqual({ error: { code, message } });
    },
  );

  it("--password-stdin refuses an empty standard input", async () => {
    const machine = await makeMachine();
    const refused = await machine.run(["get", "http://127.0.0.1:1/s/a", "--password-stdin"], { input: "\n" });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("Standard input has no password") });
  });

  it("valetkey get refuses a URL that does not contain the token of a link", async () => {
    const machine = await makeMachine();
    const refused = await machine.run(["get", "http://127.0.0.1:1/s/%zz"]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("Give the URL of a link") });
  });

  it("the command valetkey --version loads no code of the server", async () => {
    const machine = await makeMachine();
    const preload = resolve(import.meta.dirname, "testing/list-loaded.cjs");
    const { stdout } = await machine.run(["--version"], { env: { NODE_OPTIONS: `--require=${preload}` } });
    const [loaded = ""] = stdout.split("\n").filter((line) => line.startsWith("bytes "));
    expect(Number(loaded.slice(6))).toBeGreaterThan(10_000);
    expect(Number(loaded.slice(6))).toBeLessThan(300_000);
  });
});

describe("the completions", () => {
  let scripts: Record<"bash" | "zsh" | "fish", string>;
  beforeAll(() => {
    const command = resolve(import.meta.dirname, "../../../packages/valetkey/bin/valetkey.js");
    const print = (shell: string) =>
      execFileSync(process.execPath, [command, "completion", shell], { encoding: "utf8" });
    scripts = { bash: print("bash"), zsh: print("zsh"), fish: print("fish") };
  });

  const complete = {
    bash: (words: string[]) => {
      const line = ["valetkey", ...words].map((word) => `'${word}'`).join(" ");
      const call = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _valetkey; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", `${scripts.bash}\n${call}`], { encoding: "utf8" })
        .trim()
        .split("\n");
    },
    fish: (words: string[]) => {
      const call = `complete -C 'valetkey ${words.join(" ")}'`;
      const lines = execFileSync("fish", ["--no-config", "-c", `${scripts.fish}\n${call}`], { encoding: "utf8" });
      return lines
        .trim()
        .split("\n")
        .map((line) => line.split("\t")[0] ?? "");
    },
  };

  it.each(["bash", "fish"] as const)(
    "the completions for the shell %s contain the commands and their options",
    (shell) => {
      if (!has(shell)) {
        expect(scripts[shell]).toContain("two-factor");
        return;
      }
      expect(complete[shell](["se"])).toEqual(["send"]);
      expect(complete[shell](["token", "c"])).toEqual(["create"]);
      expect(complete[shell](["user", "two-factor", ""])).toContain("off");
      expect(complete[shell](["send", "--ex"])).toEqual(["--expires"]);
      expect(complete[shell](["get", "--f"])).toEqual(["--force"]);
    },
  );

  it("the zsh completions are a valid script that contains the commands", () => {
    expect(scripts.zsh).toContain("'send:upload files and folders, and print a link to them'");
    if (has("zsh")) execFileSync("zsh", ["-n"], { input: scripts.zsh });
  });

  it("valetkey completion refuses an unknown shell", async () => {
    const machine = await makeMachine();
    expect(await machine.run(["completion", "tcsh"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("bash"),
    });
  });
});
