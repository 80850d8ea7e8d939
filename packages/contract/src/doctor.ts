import { type Static, Type } from "typebox";

/** A fault of the set-up. `fix` contains the remedies, which an operator can paste. `label` says where to paste each one. */
export const DoctorFinding = Type.Object({
  id: Type.String({ description: "The stable id of the fault" }),
  severity: Type.Enum(["error", "warning", "info"]),
  title: Type.String(),
  detail: Type.String({ description: "The observation. It contains no secret" }),
  why: Type.String({ description: "The consequence of the fault" }),
  fix: Type.Array(Type.Object({ label: Type.String(), text: Type.String() })),
});
export type DoctorFinding = Static<typeof DoctorFinding>;

/** The result of all checks of the server, and the URLs of a test object for the checks of the browser. */
export const DoctorReport = Type.Object({
  ranAt: Type.String({ format: "date-time" }),
  provider: Type.String({ description: "The kind of S3 server" }),
  worst: Type.Enum(["healthy", "info", "warning", "error"]),
  findings: Type.Array(DoctorFinding),
  unchecked: Type.Array(Type.Object({ subject: Type.String(), reason: Type.String() })),
  checked: Type.Array(Type.String()),
  browser: Type.Object({
    put: Type.Object({ url: Type.String(), headers: Type.Record(Type.String(), Type.String()) }),
    getUrl: Type.String(),
  }),
});
export type DoctorReport = Static<typeof DoctorReport>;
