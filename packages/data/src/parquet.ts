export { type ParquetSource, parseParquet } from './parse-parquet.ts';
