/** The index for searches in notes. A search is exact even if the index lacks documents, because it also reads the texts of these. */
export type SearchIndexQueries = {
  /** Indexes some changed notes and files. Returns false if there are none. */
  indexSome(): Promise<boolean>;
};
