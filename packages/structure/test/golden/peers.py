# Peers on small data sets: recorded for test/peers.test.ts
import json, sys, numpy as np, platform, importlib.metadata as md, warnings
warnings.filterwarnings('ignore')
out=sys.argv[1]
rng=np.random.default_rng(20261124)
def sem(d,edges,n,noise,low=.25,high=1.):
    order=rng.permutation(d); W=np.zeros((d,d))
    pairs=[(order[a],order[b]) for a in range(d) for b in range(a+1,d)]
    for k in rng.choice(len(pairs),edges,replace=False):
        i,j=pairs[k]; W[i,j]=rng.uniform(low,high)*rng.choice([-1,1])
    X=np.zeros((n,d))
    for j in order: X[:,j]=X@W[:,j]+noise((n,))
    return W,X
r=lambda X:[[float(f'{v:.6g}') for v in col] for col in np.asarray(X).T]
cases=dict(lingam=[],dagma=[],pc=[],ges=[],gsq=[],normality=[])
import lingam
for k in range(4):
    W,X=sem(6,8,150,lambda s:rng.uniform(-1,1,s)*np.sqrt(3),.5,1.)
    X=np.array(r(X)).T
    m=lingam.DirectLiNGAM().fit(X)
    cases['lingam'].append(dict(columns=r(X),order=[int(i) for i in m.causal_order_],adjacency=(np.abs(m.adjacency_matrix_.T)>0).astype(int).tolist()))
from dagma.linear import DagmaLinear
for k in range(2):
    W,X=sem(6,7,150,lambda s:rng.normal(size=s),.5,1.)
    X=np.array(r(X)).T
    W_est=DagmaLinear(loss_type='l2').fit(X.copy(),lambda1=.03,w_threshold=.3)
    cases['dagma'].append(dict(columns=r(X),weights=np.round(W_est,6).tolist()))
from causallearn.search.ConstraintBased.PC import pc
from causallearn.search.ScoreBased.GES import ges
def marks(G): # causal-learn endpoint matrix -> ours
    g=G.graph; d=len(g); M=np.zeros((d,d),int)
    for i in range(d):
        for j in range(d):
            if g[i,j]==-1 and g[j,i]==1: M[i,j]=1
            if g[i,j]==-1 and g[j,i]==-1: M[i,j]=2
    return M.tolist()
for k in range(6):
    W,X=sem(7,8,400,lambda s:rng.normal(size=s))
    X=np.array(r(X)).T
    cg=pc(X,alpha=.01,indep_test='fisherz',stable=True,uc_rule=0,uc_priority=2,show_progress=False)
    cases['pc'].append(dict(columns=r(X),marks=marks(cg.G)))
for k in range(5):
    W,X=sem(6,8,200,lambda s:rng.normal(size=s))
    X=np.array(r(X)).T
    X=(X-X.mean(0))/X.std(0)
    X=np.array(r(X)).T
    rec=ges(X,score_func='local_score_BIC',parameters=dict(lambda_value=1)) 
    cases['ges'].append(dict(columns=r(X),marks=marks(rec['G'])))
from causallearn.utils.cit import CIT
n=300
a=rng.integers(0,2,n); b=(a+(rng.random(n)<.3))%2; c=rng.integers(0,3,n); e=(b+c+(rng.random(n)<.2))%3; f=(a+e)%2*(rng.random(n)<.7)
D=np.c_[a,b,c,e,f].astype(int)
t=CIT(D,'gsq')
cases['gsq']=dict(columns=D.T.tolist(),tests=[dict(x=x,y=y,given=g,pValue=float(t(x,y,g))) for x,y,g in [(0,1,[]),(0,2,[]),(0,3,[1]),(1,2,[3]),(0,4,[1,3]),(2,4,[0,1,3])]])
from scipy import stats
for x in [rng.normal(size=60),rng.uniform(size=100),rng.standard_t(3,size=200)]:
    x=np.array([float(f'{v:.6g}') for v in x]); cases['normality'].append(dict(values=x.tolist(),pValue=float(stats.normaltest(x).pvalue)))
cases['chi2']=[dict(x=x,df=k,tail=float(stats.chi2.sf(x,k))) for x,k in [(.1,1),(3.84,1),(20,3),(5,10),(200,120),(80,1)]]
names=['lingam','dagma','causal-learn','scipy','numpy','scikit-learn']
json.dump(dict(source='PyPI packages on simulated linear data',versions={n:md.version(n) for n in names},python=platform.python_version(),command='python peers.py peers.json',seed=20261124,**cases),open(out,'w'),separators=(',',':'))
