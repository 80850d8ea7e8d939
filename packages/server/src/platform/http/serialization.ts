import SerializerSelector, { type SerializerFactory } from "@fastify/fast-json-stringify-compiler";

const selectSerializer = SerializerSelector();

/** A serializer depends only on its schema, so all services of a process share the serializers. */
const serializers = new WeakMap<object, (data: unknown) => string>();

/**
 * Compiles each serializer when a response first needs it. If the service compiled all serializers at startup, the start would take a tenth
 * longer.
 */
export const buildSerializer: SerializerFactory = (schemas, options) => {
  const compile = selectSerializer(schemas, options);
  return (route) => {
    const schema = route.schema as object;
    return (data) => {
      const known = serializers.get(schema);
      if (known !== undefined) return known(data);
      const compiled = compile(route);
      serializers.set(schema, compiled);
      return compiled(data);
    };
  };
};
