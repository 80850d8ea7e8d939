import { Type } from "typebox";

const tags = ["operations"];
const security: [] = [];
const UpOrDown = Type.Enum(["up", "down"]);

export const healthz = {
  tags,
  security,
  operationId: "healthz",
  summary: "The process answers",
  response: { 200: Type.Object({ status: Type.Enum(["ok"]) }) },
};

export const readyz = {
  tags,
  security,
  operationId: "readyz",
  summary: "The database and the bucket answer",
  description:
    "Where files are scanned, `scanner` tells whether the scanner answers: while it is down, new files wait.",
  response: {
    200: Type.Object({
      status: Type.Enum(["ready"]),
      checks: Type.Object({ database: UpOrDown, bucket: UpOrDown, scanner: Type.Optional(UpOrDown) }),
    }),
  },
};

export const metrics = {
  tags,
  security,
  operationId: "metrics",
  summary: "Prometheus metrics",
  produces: ["text/plain"],
  response: { 200: Type.String() },
};
