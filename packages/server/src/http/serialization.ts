import SerializerSelector, { type SerializerFactory } from "@fastify/fast-json-stringify-compiler";

const selectSerializer = SerializerSelector();

/** Compiles the serializer of a response with the first one. A start would spend a tenth of its time on all of them. */
export const buildSerializer: SerializerFactory = (schemas, options) => {
  const compile = selectSerializer(schemas, options);
  return (route) => {
    let serialize: ReturnType<typeof compile> | undefined;
    return (data) => {
      serialize ??= compile(route);
      return serialize(data);
    };
  };
};
