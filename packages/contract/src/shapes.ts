import { type TObjectOptions, type TProperties, type TSchema, type TSchemaOptions, Type } from "typebox";

/** Makes the schema of an object that refuses unknown members. */
export function closedObject<Properties extends TProperties>(properties: Properties, options: TObjectOptions = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** Makes the schema of a value that can be null. */
export function orNull<Schema extends TSchema>(schema: Schema, options: TSchemaOptions = {}) {
  return Type.Union([schema, Type.Null()], options);
}

/** Makes the schema of the header with which a client can safely repeat a request. */
export function repeatHeaders(description: string) {
  return Type.Object({ "idempotency-key": Type.Optional(Type.String({ description })) });
}
