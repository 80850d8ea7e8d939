import { Instance } from "@valetkey/contract";

export const getInstance = {
  tags: ["accounts"],
  security: [] as [],
  operationId: "getInstance",
  summary: "See how one gets in here, and what is allowed",
  response: { 200: Instance },
};
