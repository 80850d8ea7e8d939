import { type Static, Type } from "typebox";
import { closedObject } from "./closed-object.ts";
import { Id, Instant, PlainText, UserId } from "./common.ts";

export const CreateTokenBody = closedObject({
  label: Type.String({ minLength: 1, maxLength: 100, ...PlainText }),
  expiresAt: Type.Optional(Type.Union([Instant, Type.Null()])),
});
export type CreateTokenBody = Static<typeof CreateTokenBody>;

export const ApiToken = Type.Object({
  id: Id,
  label: Type.String(),
  createdAt: Instant,
  expiresAt: Type.Union([Instant, Type.Null()]),
});
export type ApiToken = Static<typeof ApiToken>;

/** A new token. Only this response contains the token itself. */
export const CreatedToken = Type.Object({ ...ApiToken.properties, token: Type.String() });
export type CreatedToken = Static<typeof CreatedToken>;

export const ApiTokens = Type.Object({ tokens: Type.Array(ApiToken) });
export type ApiTokens = Static<typeof ApiTokens>;

/** The user whose tokens the caller lists or revokes. Default: the caller. Only administrators may name another user. */
export const TokensQuery = closedObject({ userId: Type.Optional(UserId) });
export type TokensQuery = Static<typeof TokensQuery>;

export const TokenParams = Type.Object({ tokenId: Id });

export const Me = Type.Object({
  id: UserId,
  email: Type.Union([Type.String(), Type.Null()]),
  emailProven: Type.Boolean({ description: "Whether it is proven that the email address is yours" }),
  name: Type.Union([Type.String(), Type.Null()]),
  isAdmin: Type.Boolean(),
  hasPassword: Type.Boolean({
    description: "Whether your account has a password. false if you sign in with an identity provider or a JWT",
  }),
});
export type Me = Static<typeof Me>;
