import java.math.BigInteger;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.functions.ScalarFunction;

/** A number of any size: a class that Flink has no type for, so it passes it as RAW. */
public final class Whole extends ScalarFunction {
    @DataTypeHint(value = "RAW", bridgedTo = BigInteger.class)
    public BigInteger eval(String digits) {
        return digits == null ? null : new BigInteger(digits);
    }
}
