import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { commandFix, fault, findingOf, stepFix, unchecked } from "../finding.ts";
import type { Check } from "../parts.ts";

export const sqliteFaults = {
  "sqlite-damaged": fault.error(
    "The service can't start: the embedded database can't be read",
    "The service does not start without its database.",
  ),
  "sqlite-read-only": fault.error(
    "No file can be uploaded or opened: the embedded database is read-only",
    "The service records each URL before it returns it. So it returns no URL.",
  ),
};

const finding = findingOf(sqliteFaults);

/** Reads the header of the embedded database. Does not write to the database, because the service may be running. */
export const sqliteCheck: Check = {
  name: "embedded database",
  applies: ({ config }) => config.database.kind === "sqlite",
  async run({ config }) {
    if (config.database.kind !== "sqlite") return [];
    const { file } = config.database;
    const faultOf = (mode: number) =>
      access(file, mode).then(
        () => undefined,
        (error: NodeJS.ErrnoException) => error.code,
      );
    if ((await faultOf(constants.F_OK)) !== undefined) {
      return [unchecked("embedded database", "the service has not created it yet")];
    }
    const readOnly = await faultOf(constants.W_OK);
    if (readOnly !== undefined) {
      return [
        finding("sqlite-read-only", { detail: `${file}: ${readOnly}.`, fix: commandFix(`chown valetkey ${file}`) }),
      ];
    }
    try {
      const database = new DatabaseSync(file, { readOnly: true });
      database.prepare("select count(*) from sqlite_schema").get();
      database.close();
      return [];
    } catch (error) {
      const detail = `${file}: ${error instanceof Error ? error.message : String(error)}.`;
      const step = stepFix("Move the file away, and restore a backup into an empty DATA_DIR.");
      return [finding("sqlite-damaged", { detail, fix: [...commandFix("npx valetkey restore ./backup"), ...step] })];
    }
  },
};
