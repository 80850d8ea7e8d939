import { type TObjectOptions, type TProperties, Type } from "typebox";

/** Makes the schema of an object that refuses unknown members. */
export function closedObject<Properties extends TProperties>(properties: Properties, options: TObjectOptions = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}
