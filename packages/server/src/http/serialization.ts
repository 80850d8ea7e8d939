import SerializerSelector, { type SerializerFactory } from "@fastify/fast-json-stringify-compiler";

const selectSerializer = SerializerSelector();

/** Like a validator, a serializer depends only on its schema. All services of a process share it. */
const serializers = new WeakMap<object, (data: unknown) => string>();

/** Compiles each serializer for its first response. If a start compiled all serializers, that would take a tenth of the start. */
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
