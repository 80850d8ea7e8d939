import { Usage } from "@valetkey/contract";

export const getUsage = {
  tags: ["usage"],
  operationId: "getUsage",
  summary: "See what the files on your notes take up, and what they may",
  response: { 200: Usage },
};
