import type { RunCalls } from "../../../platform/database/run-calls.ts";
import type { StartedRecord, StartStatement, StartStatements, StartValues } from "../queries/start-statements.ts";

/** Creates the function that records the start of an upload. `run`: must run all given calls in one transaction. */
export function startRecords(statements: StartStatements, run: RunCalls) {
  return async (values: StartValues): Promise<StartedRecord | undefined> => {
    const call = (statement: StartStatement) => ({
      statement,
      values: statement.parameters.map((parameter) => values[parameter]),
    });
    const forgetKey = values.idempotencyKey === null ? [] : [call(statements.forgetKey)];
    if (statements.engine === "postgres") {
      const [row] = await run([call(statements.lock), ...forgetKey, call(statements.start)]);
      return row && toRecord(row, { isRecorded: row.at(-1) === 1 });
    }
    const [row] = await run([...forgetKey, call(statements.facts)]);
    if (row === undefined) return undefined;
    values.ownerId = row[0];
    const isCounted = row.at(-1) === 1 && (await run([call(statements.addUsage)])).length === 1;
    if (isCounted) await run([call(statements.addAttachment), call(statements.addUpload)]);
    return toRecord(row, { isRecorded: isCounted });
  };
}

type Facts = [ownerId: string, mayAdd: number, ofUser: number, ofNote: number, twinId: string | null];

function toRecord(row: readonly unknown[], { isRecorded }: { isRecorded: boolean }): StartedRecord {
  const [ownerId, mayAdd, ofUser, ofNote, twinId] = row as unknown as Facts;
  return { isRecorded, ownerId, mayAdd: mayAdd === 1, pending: { ofUser, ofNote }, isRepeated: twinId !== null };
}
