export type Page<T> = { items: T[]; nextCursor: string | undefined };

export type PageRequest = { limit: number; cursor: string | undefined };
