// Package kubernetes reads deploy/kubernetes with the types of Kubernetes itself: a member that no type has, or that is of
// another kind, is an error here and not at an operator's cluster. What belongs together is then looked at as objects.
package kubernetes

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

const folder = "../../deploy/kubernetes"

type workload struct {
	name string
	pods core.PodTemplateSpec
}

// All objects of the files that the kustomization names.
func objects(t *testing.T) []runtime.Object {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{core.AddToScheme, apps.AddToScheme, networking.AddToScheme, policy.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	var all []runtime.Object
	for _, name := range resources(t) {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
		for {
			document, err := documents.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			object, _, err := decoder.Decode(document, nil, nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all = append(all, object)
		}
	}
	return all
}

// The files of the kustomization; no other lies beside them.
func resources(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "kustomization.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var kustomization struct {
		meta.TypeMeta `json:",inline"`
		Namespace     string   `json:"namespace"`
		Resources     []string `json:"resources"`
	}
	if err := yaml.UnmarshalStrict(text, &kustomization); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) != len(kustomization.Resources)+1 {
		t.Fatalf("%v beside %v: %v", files, kustomization.Resources, err)
	}
	return kustomization.Resources
}

func of[T runtime.Object](all []runtime.Object) []T {
	var found []T
	for _, object := range all {
		if one, is := object.(T); is {
			found = append(found, one)
		}
	}
	return found
}

func workloads(all []runtime.Object) []workload {
	var found []workload
	for _, one := range of[*apps.Deployment](all) {
		found = append(found, workload{one.Name, one.Spec.Template})
	}
	for _, one := range of[*apps.StatefulSet](all) {
		found = append(found, workload{one.Name, one.Spec.Template})
	}
	return found
}

func selected(t *testing.T, all []runtime.Object, selector labels.Selector) workload {
	t.Helper()
	for _, one := range workloads(all) {
		if selector.Matches(labels.Set(one.pods.Labels)) {
			return one
		}
	}
	t.Fatalf("nothing has the labels %s", selector)
	return workload{}
}

func selector(t *testing.T, of *meta.LabelSelector) labels.Selector {
	t.Helper()
	read, err := meta.LabelSelectorAsSelector(of)
	if err != nil || read.Empty() {
		t.Fatalf("%v: %v", of, err)
	}
	return read
}

// Whether a container listens at a port, by its name or its number.
func listens(pods core.PodTemplateSpec, port intstr.IntOrString) bool {
	return slices.ContainsFunc(pods.Spec.Containers[0].Ports, func(one core.ContainerPort) bool {
		return one.Name == port.StrVal && port.Type == intstr.String ||
			one.ContainerPort == port.IntVal && port.Type == intstr.Int
	})
}

func TestEveryObjectIsWhatItsTypeSays(t *testing.T) {
	all := objects(t)
	if len(all) < 10 || len(workloads(all)) != 2 {
		t.Fatalf("%d objects", len(all))
	}
}

func TestSelectorsFindPodsAndPortsAreThere(t *testing.T) {
	all := objects(t)
	for _, one := range of[*core.Service](all) {
		pods := selected(t, all, labels.SelectorFromSet(one.Spec.Selector)).pods
		for _, port := range one.Spec.Ports {
			if !listens(pods, port.TargetPort) {
				t.Errorf("%s leads to port %s, where nothing listens", one.Name, port.TargetPort.String())
			}
		}
	}
	for _, one := range of[*networking.NetworkPolicy](all) {
		pods := selected(t, all, selector(t, &one.Spec.PodSelector)).pods
		if len(one.Spec.PolicyTypes) != 2 {
			t.Errorf("%s leaves a direction open", one.Name)
		}
		for _, rule := range one.Spec.Ingress {
			if len(rule.From) == 0 || len(rule.Ports) == 0 {
				t.Errorf("%s lets everybody in", one.Name)
			}
			for _, port := range rule.Ports {
				if !listens(pods, *port.Port) {
					t.Errorf("%s opens port %s, where nothing listens", one.Name, port.Port.String())
				}
			}
		}
	}
	for _, one := range of[*apps.Deployment](all) {
		selected(t, all, selector(t, one.Spec.Selector))
	}
	for _, one := range of[*apps.StatefulSet](all) {
		selected(t, all, selector(t, one.Spec.Selector))
	}
}

func TestTwoNodesOfWhichOneStays(t *testing.T) {
	all := objects(t)
	budgets := of[*policy.PodDisruptionBudget](all)
	if len(budgets) != 1 {
		t.Fatalf("%d budgets", len(budgets))
	}
	if found := selected(t, all, selector(t, budgets[0].Spec.Selector)); found.name != "gatepost" {
		t.Errorf("the budget is about %s", found.name)
	}
	server := of[*apps.Deployment](all)[0]
	if *server.Spec.Replicas < 2 || budgets[0].Spec.MinAvailable.IntValue() >= int(*server.Spec.Replicas) {
		t.Errorf("a machine can never be drained, or takes all")
	}
	update := server.Spec.Strategy.RollingUpdate
	if update.MaxUnavailable.IntValue() != 0 || update.MaxSurge.IntValue() < 1 {
		t.Errorf("an update leaves one node")
	}
	container := server.Spec.Template.Spec.Containers[0]
	pause := container.Lifecycle.PreStop.Sleep.Seconds
	// `server.shutdown_timeout` is ten seconds.
	if *server.Spec.Template.Spec.TerminationGracePeriodSeconds < pause+15 {
		t.Errorf("it is killed while it finishes")
	}
	if container.LivenessProbe.HTTPGet.Path != "/health/live" || container.StartupProbe.HTTPGet.Path != "/health/live" {
		t.Errorf("a restart is decided by more than the process")
	}
	if container.ReadinessProbe.HTTPGet.Path != "/health/ready" {
		t.Errorf("traffic is decided by something else")
	}
	for _, probe := range []*core.Probe{container.LivenessProbe, container.StartupProbe, container.ReadinessProbe} {
		if !listens(server.Spec.Template, probe.HTTPGet.Port) {
			t.Errorf("nothing listens at the port of a probe")
		}
	}
}

func TestNoPodHasMoreThanItNeeds(t *testing.T) {
	all := objects(t)
	for _, one := range workloads(all) {
		pod := one.pods.Spec
		if pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken {
			t.Errorf("%s has a key to the cluster", one.name)
		}
		if !*pod.SecurityContext.RunAsNonRoot || *pod.SecurityContext.RunAsUser == 0 ||
			pod.SecurityContext.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault {
			t.Errorf("%s runs as somebody who may do much", one.name)
		}
		for _, container := range pod.Containers {
			may := container.SecurityContext
			if *may.AllowPrivilegeEscalation || !*may.ReadOnlyRootFilesystem ||
				!slices.Equal(may.Capabilities.Drop, []core.Capability{"ALL"}) {
				t.Errorf("%s may do more than it needs", one.name)
			}
			if container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
				t.Errorf("%s may take all of a machine", one.name)
			}
			for _, mounted := range container.VolumeMounts {
				known := slices.ContainsFunc(pod.Volumes, func(volume core.Volume) bool { return volume.Name == mounted.Name })
				if !known && mounted.Name != "data" {
					t.Errorf("%s mounts %s, which it does not have", one.name, mounted.Name)
				}
			}
		}
		for _, volume := range pod.Volumes {
			if volume.Secret != nil && volume.Secret.SecretName != "gatepost" {
				t.Errorf("%s wants a secret of another name than the document has made", one.name)
			}
		}
	}
}

func TestEveryFileThatASettingNamesIsMounted(t *testing.T) {
	all := objects(t)
	server := selected(t, all, labels.SelectorFromSet(labels.Set{"app.kubernetes.io/name": "gatepost"})).pods.Spec
	settings := of[*core.ConfigMap](all)[0]
	if server.Containers[0].EnvFrom[0].ConfigMapRef.Name != settings.Name {
		t.Errorf("the settings are read from elsewhere")
	}
	secret := server.Volumes[0].Secret
	at := server.Containers[0].VolumeMounts[0].MountPath
	for name, value := range settings.Data {
		if filepath.Dir(value) != at {
			continue
		}
		if !slices.ContainsFunc(secret.Items, func(item core.KeyToPath) bool { return item.Path == filepath.Base(value) }) {
			t.Errorf("%s names %s, which is not mounted", name, value)
		}
	}
}
