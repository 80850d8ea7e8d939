import { ApiTokens, CreatedToken, CreateTokenBody, Me, TokenParams } from "@valetkey/contract";
import { nothing } from "../../openapi.ts";

const tags = ["tokens"];

export const getMe = {
  tags,
  operationId: "getMe",
  summary: "See who you are here",
  response: { 200: Me },
};

export const createToken = {
  tags,
  operationId: "createToken",
  summary: "Make an API token that acts as you; it is shown this once",
  body: CreateTokenBody,
  response: { 201: CreatedToken },
};

export const listTokens = {
  tags,
  operationId: "listTokens",
  summary: "List your API tokens, without the tokens",
  response: { 200: ApiTokens },
};

export const revokeToken = {
  tags,
  operationId: "revokeToken",
  summary: "End one of your API tokens",
  params: TokenParams,
  response: { 204: nothing },
};
