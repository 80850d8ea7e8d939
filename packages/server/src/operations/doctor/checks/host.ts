import { constants, type StatsFs } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ConfigError } from "../../../platform/config/index.ts";
import {
  commandFix,
  environmentFix,
  fault,
  findingOf,
  type Outcome,
  type Report,
  stepFix,
  unchecked,
} from "../finding.ts";
import type { Check, DoctorParts } from "../parts.ts";
import { isLocal } from "../requests.ts";

/** Faults of the configuration and of the machine that runs the service. */
export const hostFaults = {
  "config-invalid": fault.error(
    "The service can't start: the configuration has a fault",
    "The service starts only when the setting is right.",
  ),
  "config-doubtful": fault.warning(
    "The service may not do what you expect: a setting looks wrong",
    "The service starts, and may behave in another way than you expect.",
  ),
  "abuse-contact-missing": fault.info(
    "Visitors can't report abuse: links have no abuse contact",
    "Visitors of public links can't report abuse. Browsers and hosts then block the whole domain.",
  ),
  "data-dir-read-only": fault.error(
    "Data can't be saved: the service can't write to DATA_DIR",
    "Embedded files, the embedded database and the exported audit log are in this folder.",
  ),
  "data-dir-in-memory": fault.error(
    "A restart deletes data: DATA_DIR is in memory",
    "A restart of this machine or container deletes all notes, accounts, secrets and embedded files.",
  ),
  "data-dir-exposed": fault.warning(
    "Other users of this machine can forge sign-ins: they can read DATA_DIR",
    "secrets.json signs sessions and URLs. A user who reads it can forge both.",
  ),
  "disk-full": fault.error(
    "Uploads and downloads fail: the disk of DATA_DIR is full",
    "Uploads and URLs fail with `storage_full` (507).",
  ),
  "disk-nearly-full": fault.warning(
    "Uploads and downloads will soon fail: the disk of DATA_DIR is nearly full",
    "On a full disk, uploads and URLs fail with `storage_full` (507).",
  ),
};

const finding = findingOf(hostFaults);

/** The free space below which a disk counts as full: twice the reserves of the embedded database and of the built-in bucket. */
const FULL_BYTES = 16 * 2 ** 20;
const NEARLY_FULL_SHARE = 0.1;
const OTHERS_READ = 0o044;
/** The types of file systems in memory: tmpfs and ramfs (statfs(2)). */
const IN_MEMORY: readonly number[] = [0x01021994, 0x858458f6];

/** Checks the data folder, its disk, and the settings that no other check covers. */
export const hostCheck: Check = {
  name: "this machine",
  async run(parts) {
    const { dataDir } = parts.config.server;
    return [
      ...parts.warnings.map((detail) => finding("config-doubtful", { detail, fix: stepFix(detail) })),
      ...judgeAbuseContact(parts),
      ...(await judgeDisk(parts)),
      ...(await judgeFolder(dataDir)),
    ];
  },
};

function judgeAbuseContact({ config, publicUrl }: DoctorParts): Outcome[] {
  const { isEnabled, abuseContact } = config.limits.links;
  if (!isEnabled || abuseContact !== undefined || isLocal(publicUrl)) return [];
  const fix = environmentFix("ABUSE_CONTACT=abuse@example.com");
  return [finding("abuse-contact-missing", { detail: "LINKS is on, and ABUSE_CONTACT is not set.", fix })];
}

async function judgeDisk({ config }: DoctorParts): Promise<Outcome[]> {
  const { dataDir } = config.server;
  const disk = await statfs(dataDir)
    .catch(() => statfs(dirname(dataDir)))
    .catch(() => undefined);
  if (disk === undefined) return [unchecked("disk of DATA_DIR", "the folder does not exist yet")];
  return [...judgeMemory(config, disk.type), ...judgeSpace(dataDir, disk)];
}

function judgeMemory({ bucket, database, server }: DoctorParts["config"], type: number): Outcome[] {
  const isUsed = bucket.kind === "embedded" || database.kind === "sqlite";
  if (!isUsed || process.platform !== "linux" || !IN_MEMORY.includes(type)) return [];
  const fix = [
    ...environmentFix("DATA_DIR=/the-folder-on-a-disk"),
    ...stepFix(
      "Stop the service, and move all files of DATA_DIR to a folder on a disk, or to a volume of the container.",
    ),
  ];
  return [finding("data-dir-in-memory", { detail: `${server.dataDir} is on a file system in memory.`, fix })];
}

function judgeSpace(dataDir: string, disk: StatsFs): Outcome[] {
  const freeBytes = disk.bavail * disk.bsize;
  const share = disk.blocks === 0 ? 1 : disk.bavail / disk.blocks;
  const detail = `${Math.floor(freeBytes / 2 ** 20)} MiB of ${Math.ceil((disk.blocks * disk.bsize) / 2 ** 20)} MiB are free.`;
  const fix = [
    ...commandFix(`df -h ${dataDir}`),
    ...stepFix("Delete notes or files, move old audit logs and backups away, or enlarge the disk."),
  ];
  if (freeBytes < FULL_BYTES) return [finding("disk-full", { detail, fix })];
  return share < NEARLY_FULL_SHARE ? [finding("disk-nearly-full", { detail, fix })] : [];
}

async function judgeFolder(dataDir: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const fault = await access(dataDir, constants.W_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (fault === "EROFS" || fault === "EACCES" || fault === "ENOTDIR") {
    const fix = commandFix(`chown -R valetkey ${dataDir}`, `mount -o remount,rw ${dataDir}`);
    outcomes.push(finding("data-dir-read-only", { detail: `${dataDir}: ${fault}.`, fix }));
  }
  const secrets = join(dataDir, "secrets.json");
  const mode = await stat(secrets).then(
    (found) => found.mode,
    () => 0,
  );
  if (process.platform !== "win32" && (mode & OTHERS_READ) !== 0) {
    const detail = `The mode of secrets.json is ${(mode & 0o777).toString(8)}.`;
    outcomes.push(finding("data-dir-exposed", { detail, fix: commandFix(`chmod 600 ${secrets}`) }));
  }
  return outcomes;
}

/** Makes the report for a configuration that the service refuses. Without a valid configuration, the doctor can check nothing else. */
export function reportConfigFaults(
  { faults, warnings }: Pick<ConfigError, "faults" | "warnings">,
  { now }: { now: Date },
): Report {
  const findings = [
    ...faults.map(({ name, problem, remedy }) =>
      finding("config-invalid", { detail: `${name} ${problem}.`, fix: stepFix(remedy) }),
    ),
    ...warnings.map((detail) => finding("config-doubtful", { detail, fix: stepFix(detail) })),
  ];
  return {
    ranAt: now.toISOString(),
    provider: "unknown",
    worst: "error",
    findings: findings.map((outcome) => outcome.finding),
    unchecked: [{ subject: "everything else", reason: "the configuration can't be used" }],
    checked: ["configuration"],
  };
}
