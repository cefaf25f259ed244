import { createRng, InputError } from '@cfe/base';
import * as tf from '@tensorflow/tfjs-core';
import type * as TfjsLayers from '@tensorflow/tfjs-layers';
import type { Activation } from '../plan.ts';
import { intervene } from './intervene.ts';
import { mechanismLayer } from './mechanism-layer.ts';

/** What a structural layer is made from; plain data, which is saved with the model. */
export interface StructuralLayerConfig {
  /** hidden units of each mechanism */
  readonly units: number;
  /** `[i][j]` = 1 for i → j, or a soft gate. Without it the layer stacks on another: each mechanism reads its own units */
  readonly graph?: readonly (readonly number[])[] | undefined;
  /** default `'tanh'` */
  readonly activation?: Activation | undefined;
  /** of the initial weights; default 0 */
  readonly seed?: number | undefined;
  readonly name?: string | undefined;
}

/** Makers of layers for `tf.LayersModel`. */
export interface CausalLayers {
  /**
   * The mechanisms of all variables: `[rows, variables]` (with a graph) or `[rows, variables, inputs]` to `[rows,
   * variables, units]`. Applied to a pair, the second is the cut, `[rows, variables]` of 0 and 1.
   */
  structural(config: StructuralLayerConfig): TfjsLayers.layers.Layer;
  /** `intervene` on the three inputs x, targets (0 and 1) and values, all `[rows, variables]`. */
  intervene(config?: { readonly name?: string | undefined }): TfjsLayers.layers.Layer;
}

const made = new WeakMap<object, CausalLayers>();

/**
 * Structural and interventional layers for `tf.LayersModel`, which train, save and load with the model. Call it before
 * loading a model that has them: it registers their names.
 *
 * @param tfl - the module `@tensorflow/tfjs-layers`, which this package does not import by itself
 * @throws {@link InputError} from the makers, if `units` is not a positive whole number or the graph is not square
 * @example
 * import '@tensorflow/tfjs-backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { causalLayers } from '@cfe/autograd/tfjs';
 * const { structural } = causalLayers(tfl);
 * const model = tfl.sequential({
 *   layers: [tfl.layers.inputLayer({ inputShape: [2] }), structural({ units: 3, graph: [[0, 1], [0, 0]] }), structural({ units: 1 })],
 * });
 * const [output] = [model.predict(tf.ones([5, 2]))] as [tf.Tensor];
 * output.shape; // → [5, 2, 1]
 */
export function causalLayers(tfl: Pick<typeof TfjsLayers, 'layers' | 'initializers'>): CausalLayers {
  const known = made.get(tfl.layers);
  if (known !== undefined) return known;
  const { Layer } = tfl.layers;

  class StructuralMechanisms extends Layer {
    static className = 'CfeStructuralMechanisms';
    readonly config: StructuralLayerConfig;
    kernel: TfjsLayers.LayerVariable | undefined;
    bias: TfjsLayers.LayerVariable | undefined;

    constructor(config: StructuralLayerConfig) {
      super(config.name === undefined ? {} : { name: config.name });
      checkConfig(config);
      this.config = config;
    }

    override build(inputShape: TfjsLayers.Shape | TfjsLayers.Shape[]): void {
      const [, variables, inputs] = firstShape(inputShape);
      const { units, graph, seed = 0 } = this.config;
      const d = graph?.length ?? (variables as number);
      const width = graph === undefined ? (inputs as number) : d;
      const zeros = tfl.initializers.zeros();
      this.kernel = this.addWeight('kernel', [d, width, units], 'float32', zeros);
      this.bias = this.addWeight('bias', [d, units], 'float32', zeros);
      const rng = createRng(seed).fork('structural-layer').fork(this.name);
      const fan = (j: number): number =>
        graph === undefined ? width : graph.reduce((sum, row) => sum + (row[j] === 0 ? 0 : 1), 0);
      const start = Float32Array.from(
        { length: d * width * units },
        (_, at) => rng.normal() / Math.sqrt(Math.max(1, fan(Math.floor(at / (width * units))))),
      );
      const initial = tf.tensor3d(start, [d, width, units]);
      this.kernel.write(initial);
      initial.dispose();
      this.built = true;
    }

    override computeOutputShape(inputShape: TfjsLayers.Shape | TfjsLayers.Shape[]): TfjsLayers.Shape {
      const [rows, variables] = firstShape(inputShape);
      return [rows ?? null, variables ?? null, this.config.units];
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.tidy(() => {
        const [x, cut] = (Array.isArray(inputs) ? inputs : [inputs]) as [tf.Tensor, tf.Tensor2D | undefined];
        const { graph, activation } = this.config;
        return mechanismLayer(x, {
          gates: graph && tf.tensor2d(graph.map((row) => [...row])),
          weights: this.kernel?.read() as tf.Tensor3D,
          bias: this.bias?.read() as tf.Tensor2D,
          activation,
          cut,
        });
      });
    }

    override getConfig(): tf.serialization.ConfigDict {
      return { ...super.getConfig(), ...(this.config as unknown as tf.serialization.ConfigDict) };
    }
  }

  class Intervene extends Layer {
    static className = 'CfeIntervene';

    override computeOutputShape(inputShape: TfjsLayers.Shape | TfjsLayers.Shape[]): TfjsLayers.Shape {
      return firstShape(inputShape);
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      const [x, targets, values] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
      return intervene(x, { targets, values });
    }
  }

  tf.serialization.registerClass(StructuralMechanisms as unknown as Registered);
  tf.serialization.registerClass(Intervene as unknown as Registered);
  const makers: CausalLayers = {
    structural: (config) => new StructuralMechanisms(config),
    intervene: ({ name } = {}) => new Intervene(name === undefined ? {} : { name }),
  };
  made.set(tfl.layers, makers);
  return makers;
}

type Registered = tf.serialization.SerializableConstructor<tf.serialization.Serializable>;

function firstShape(shape: TfjsLayers.Shape | TfjsLayers.Shape[]): TfjsLayers.Shape {
  return (Array.isArray(shape[0]) ? shape[0] : shape) as TfjsLayers.Shape;
}

function checkConfig({ units, graph }: StructuralLayerConfig): void {
  if (!(Number.isInteger(units) && units > 0)) {
    throw new InputError(
      'autograd/structural-layer',
      `structural: units must be a positive whole number, got ${units}.`,
      { units },
    );
  }
  if (graph?.some((row) => row.length !== graph.length)) {
    throw new InputError(
      'autograd/structural-layer',
      'structural: the graph must be square, [i][j] for i → j.',
    );
  }
}
