package xuanwu.kit;

import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.table.factories.Factory;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * The keys of the release's configuration: of every ConfigOption in a static field of a class in
 * its jars, the planner's too, but for what factories take: that stands in a WITH clause.
 *
 * <p>Rows of [kind, key, key of the option, default]: "own" the option's key itself, "deprecated"
 * an older one of it, "fallback" another option's that stands in for it. No default is "null".
 */
final class ConfigKeys {

    // Not the connectors: what they have stands in a WITH clause.
    private static final Pattern OWN = Pattern.compile("flink-(?!.*connector-).*");
    private static final String PLANNER = "org.apache.flink.table.planner.delegation.ParserImpl";
    private static final String TEMPORARY = System.getProperty("java.io.tmpdir");
    private static final String TYPE = "Lorg/apache/flink/configuration/ConfigOption;";

    private final ClassLoader planner;
    // Not by equality: options of the same key are equal.
    private final Set<ConfigOption<?>> ofTables =
            Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String[]> found = new ArrayList<>();

    private ConfigKeys(ClassLoader planner) {
        this.planner = planner;
    }

    static List<String[]> of(ClassLoader planner) throws IOException, ClassNotFoundException {
        ConfigKeys keys = new ConfigKeys(planner);
        for (Factory factory : ServiceLoader.load(Factory.class)) {
            keys.ofTables.addAll(factory.requiredOptions());
            keys.ofTables.addAll(factory.optionalOptions());
        }
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (OWN.matcher(new File(path).getName()).matches()) {
                keys.jar(path);
            }
        }
        Class<?> parser = Class.forName(PLANNER, false, planner);
        keys.jar(parser.getProtectionDomain().getCodeSource().getLocation().getPath());
        return keys.found;
    }

    private void jar(String path) throws IOException {
        try (JarFile jar = new JarFile(path)) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.getName().endsWith(".class") && holdsOptions(jar, entry)) {
                    type(entry.getName());
                }
            }
        }
    }

    private static boolean holdsOptions(JarFile jar, JarEntry entry) throws IOException {
        byte[] content = new byte[(int) entry.getSize()];
        try (InputStream source = jar.getInputStream(entry)) {
            new DataInputStream(source).readFully(content);
        }
        // Names of types stand in a class file as they are.
        return new String(content, StandardCharsets.ISO_8859_1).contains(TYPE);
    }

    private void type(String entry) {
        String name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
        if (name.equals(FactoryUtil.class.getName())) {
            return; // what any table may have
        }
        try {
            for (Field field : Class.forName(name, true, planner).getDeclaredFields()) {
                boolean fixed = Modifier.isStatic(field.getModifiers());
                if (fixed && field.getType() == ConfigOption.class) {
                    field.setAccessible(true);
                    option((ConfigOption<?>) field.get(null));
                }
            }
        } catch (ReflectiveOperationException | LinkageError absent) {
            System.err.println("left out: " + name + ": " + absent); // needs classes not there
        }
    }

    private void option(ConfigOption<?> option) {
        if (option == null || ofTables.contains(option)) { // null: left open by the class
            return;
        }
        // The one default that is the machine's and not the release's.
        String value = String.valueOf(option.defaultValue()).replace(TEMPORARY, "/tmp");
        found.add(new String[] {"own", option.key(), option.key(), value});
        for (FallbackKey key : option.fallbackKeys()) {
            String kind = key.isDeprecated() ? "deprecated" : "fallback";
            if (!key.getKey().equals(option.key())) { // taskmanager.network.retries
                found.add(new String[] {kind, key.getKey(), option.key(), value});
            }
        }
    }
}
