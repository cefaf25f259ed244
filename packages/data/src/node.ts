export type { Dataset, DatasetFile, DatasetInfo } from './datasets/dataset.ts';
export { type DatasetOptions, datasetFiles, datasets, loadDataset } from './datasets/load-dataset.ts';
export { readCsv, summariseCsv } from './read-csv.ts';
export { readTable } from './read-table.ts';
